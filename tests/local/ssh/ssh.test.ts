import assert from "node:assert/strict";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { promisify } from "node:util";
import type { Client } from "ssh2";
import { contractVersion, guestCommand, guestDirectory } from "../../../guest/contract";
import { generateSshKey } from "../../../local/sshKey";
import { serveSsh, type SshHosts } from "../../../local/ssh";
import type { Logon, Machine } from "../../../local/windows";
import {
  copiedGuestFiles,
  createMachine,
  labPassword,
  labUser,
  openLab,
  preparation,
  readyMachine,
  type Lab,
} from "../windows/lab";
import { forward, logOn, logOnToJumpHost, openSftp, run } from "./connect";

/** The part of ssh2's inside that a test has to reach. */
interface Protocol {
  env(channel: number, name: string, value: string, wantReply: boolean): void;
}

const outside = "203.0.113.10";
const keysFile = "C:/ProgramData/ssh/administrators_authorized_keys";
const system: Logon = {
  userName: "SYSTEM",
  kind: "system",
  administrator: true,
  masterKeys: [],
};

describe("local/ssh", () => {
  let lab: Lab;
  let ssh: SshHosts;
  let machine: Machine;
  let jump: Client;

  const open = () =>
    serveSsh({
      directory: lab.directory,
      journal: lab.journal,
      windows: lab.windows,
      network: () => lab.network,
      connectTimeoutMilliseconds: 50,
      random: () => 0,
    });
  const addresses = () => lab.network.addressesOf(machine.record.vmId);
  const dial = () => ssh.connect(outside, addresses().publicAddresses[0]!, 22)!;

  before(async () => {
    lab = openLab();
    machine = await readyMachine(lab, "ada-1");
    ssh = await open();
    jump = await logOnToJumpHost(ssh);
  });
  after(async () => {
    jump.end();
    await ssh.close();
    lab.dispose();
  });
  afterEach(() => lab.faults.clear());

  describe("the jump host", () => {
    it("listens on loopback and refuses a wrong password and another user", async () => {
      assert.equal(ssh.jumpHost.host, "127.0.0.1");
      await assert.rejects(logOnToJumpHost(ssh, { password: "wrong" }), /authentication/);
      await assert.rejects(logOnToJumpHost(ssh, { username: "root" }), /authentication/);
    });

    it("turns connections away when too many have not logged on, whoever has", async () => {
      const { host, port } = ssh.jumpHost;
      const clients: Client[] = [];
      for (let index = 0; index < 12; index++) clients.push(await logOnToJumpHost(ssh));
      const greeted = async () => {
        const connection = net.connect(port, host);
        const [greeting] = (await once(connection, "data")) as [Buffer];
        return { connection, greeting: greeting.toString() };
      };
      const waiting = await Promise.all(Array.from({ length: 10 }, greeted));
      for (const { greeting } of waiting) assert.match(greeting, /^SSH-2\.0-/);
      const eleventh = await greeted();
      assert.match(eleventh.greeting, /^Exceeded MaxStartups/);
      for (const { connection } of [...waiting, eleventh]) connection.destroy();
      for (const client of clients) client.end();
    });

    it("shows the host key that it tells, and only forwards", async () => {
      let shown = "";
      const client = await logOnToJumpHost(ssh, {
        hostVerifier: (key: Buffer) => {
          shown = `ssh-ed25519 ${key.toString("base64")}`;
          return true;
        },
      });
      assert.equal(shown, ssh.jumpHost.hostKey);
      await assert.rejects(run(client, "hostname"));
      client.end();
    });

    it("keeps port, key and password between runs, readable by the owner alone", async () => {
      const first = ssh.jumpHost;
      jump.end();
      await ssh.close();
      ssh = await open();
      jump = await logOnToJumpHost(ssh);
      assert.deepEqual(ssh.jumpHost, first);
      const { mode } = fs.statSync(path.join(lab.directory, "jump-host.json"));
      if (process.platform !== "win32") assert.equal(mode & 0o777, 0o600);
    });

    it("takes another port where somebody holds its own, and says so in the journal", async () => {
      const { port } = ssh.jumpHost;
      jump.end();
      await ssh.close();
      const squatter = net.createServer().listen(port, "127.0.0.1");
      await once(squatter, "listening");
      ssh = await open();
      jump = await logOnToJumpHost(ssh);
      assert.notEqual(ssh.jumpHost.port, port);
      assert(lab.journal.read().some(({ what }) => what.includes(`port ${port} is taken`)));
      squatter.close();
      await once(squatter, "close");
    });

    it("reaches a machine by its IPv4 address and gives its pinned host key", async () => {
      let shown = "";
      const client = await logOn(await forward(jump, addresses().ipv4[0]!), {
        hostVerifier: (key: Buffer) => {
          shown = `ssh-ed25519 ${key.toString("base64")}`;
          return true;
        },
      });
      assert.equal(shown, machine.record.hostKey!.publicKey);
      assert.deepEqual(await run(client, "hostname"), {
        code: 0,
        stdout: "ada-1\r\n",
        stderr: "",
      });
      client.end();
    });

    it("gets no answer through a security group or the machine's own firewall", async () => {
      const [ipv4] = addresses().ipv4;
      lab.network.blocked.add(ipv4!);
      await assert.rejects(forward(jump, ipv4!));
      lab.network.blocked.clear();
      // No rule of the machine lets SSH in over IPv6.
      await assert.rejects(forward(jump, addresses().ipv6[0]!));
      const noAnswer = lab.journal.read().filter(({ outcome }) => outcome === "no answer");
      assert(noAnswer.some(({ detail }) => detail === "blocked"));
      assert(noAnswer.some(({ detail }) => detail?.includes("own firewall")));
      const timeouts = lab.journal
        .read()
        .filter(({ outcome }) => outcome === "Connection timed out");
      assert.equal(timeouts.length, 2);
    });

    it("gets no answer where nothing listens, since the machine's firewall is in stealth mode", async () => {
      const { sshd } = machine.record.services;
      sshd!.status = "Stopped";
      await assert.rejects(forward(jump, addresses().ipv4[0]!));
      const error = await once(dial(), "error").catch((caught: Error) => [caught]);
      assert.match(String(error[0]), /ETIMEDOUT/);
      sshd!.status = "Running";
      assert.ok(await forward(jump, addresses().ipv4[0]!), "and answers again afterwards");
    });

    it("is refused where nothing listens and the machine says so", async () => {
      lab.faults.add({ kind: "unreachable", match: "ada-1" });
      await assert.rejects(forward(jump, addresses().ipv4[0]!));
      const error = await once(dial(), "error").catch((caught: Error) => [caught]);
      assert.match(String(error[0]), /ECONNREFUSED/);
    });

    it("is not answered by a machine that swallows the packets", async () => {
      lab.faults.add({ kind: "silent", match: "ada-1", times: 2 });
      await assert.rejects(forward(jump, addresses().ipv4[0]!));
      const error = await once(dial(), "error").catch((caught: Error) => [caught]);
      assert.match(String(error[0]), /ETIMEDOUT/);
      assert.ok(await forward(jump, addresses().ipv4[0]!), "and answers again afterwards");
    });

    it("knows no machine at an address of nobody", () => {
      assert.equal(ssh.connect(outside, "198.51.100.250", 22), undefined);
    });
  });

  describe("a machine", () => {
    it("takes the user's name in any case and refuses a wrong password", async () => {
      const client = await logOn(dial(), { username: "PEERLAB" });
      assert.match((await run(client, "whoami")).stdout, /^ada-1\\peerlab\r\n$/);
      client.end();
      await assert.rejects(logOn(dial(), { password: "wrong" }), /authentication/);
    });

    it("locks the account for ten minutes after ten failed logons, the right password too", async () => {
      const locked = await readyMachine(lab, "locked");
      const address = () => lab.network.addressesOf(locked.record.vmId).publicAddresses[0]!;
      const attempt = (password: string) =>
        logOn(ssh.connect(outside, address(), 22)!, { password });
      for (let count = 0; count < 10; count++) await assert.rejects(attempt("wrong"));
      await assert.rejects(attempt(labPassword));
      lab.clock.now += 9 * 60_000;
      await assert.rejects(attempt(labPassword));
      lab.clock.now += 2 * 60_000;
      (await attempt(labPassword)).end();
    });

    it("closes the connection after six failed attempts", async () => {
      const fresh = await readyMachine(lab, "tries");
      const address = lab.network.addressesOf(fresh.record.vmId).publicAddresses[0]!;
      let attempts = 0;
      const rejected = logOn(ssh.connect(outside, address, 22)!, {
        authHandler: (_left, _partial, next) => {
          attempts += 1;
          if (attempts > 20) return next(false as never);
          next({ type: "password", username: labUser, password: "wrong" });
        },
      });
      await assert.rejects(rejected);
      assert.equal(attempts, 6);
    });

    it("runs a guest action: request on standard input, one ASCII line of JSON with CRLF", async () => {
      const client = await logOn(dial());
      const request = JSON.stringify({
        contract: contractVersion,
        instance: machine.record.vmId,
        guestFiles: copiedGuestFiles,
      });
      const ran = await run(client, guestCommand("Test-PeerCapability"), request);
      assert.equal(ran.code, 0, ran.stderr);
      assert(ran.stdout.endsWith("}\r\n"));
      assert.equal(JSON.parse(ran.stdout).computerName, "ada-1");
      const failed = await run(client, guestCommand("Test-PeerCapability"), "{}");
      assert.equal(failed.code, 1);
      assert.equal(failed.stdout, "");
      assert.equal(JSON.parse(failed.stderr).code, "ContractMismatch");
      client.end();
    });

    it("runs only the first line of a command, passes exit codes, and knows few commands", async () => {
      const client = await logOn(dial());
      assert.deepEqual(await run(client, "echo one\nexit 9"), {
        code: 0,
        stdout: "one\r\n",
        stderr: "",
      });
      assert.equal((await run(client, "exit 42")).code, 42);
      const unknown = await run(client, "Get-Process");
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /^'Get-Process' is not recognized as an internal or external/);
      const impossible = await run(client, "powershell.exe -File C:/a?b.ps1 Get-PeerReport");
      assert.equal(impossible.code, 0xfffd0000);
      assert.match((await run(client, "ver")).stdout, /Microsoft Windows \[Version 10\.0\.26100/);
      assert.match((await run(client, `echo ${"x".repeat(8200)}`)).stderr, /too long/);
      client.end();
    });

    it("loses exit codes above 1 where PowerShell is the default shell", async () => {
      machine.record.registry["hklm/software/openssh"] = {
        defaultshell: "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
      };
      const client = await logOn(dial());
      assert.equal((await run(client, "exit 42")).code, 42);
      const missing = "powershell.exe -File C:/missing.ps1 Get-PeerReport";
      assert.equal((await run(client, missing)).code, 1);
      assert.match((await run(client, "ver")).stderr, /The term 'ver' is not recognized/);
      delete machine.record.registry["hklm/software/openssh"];
      assert.equal((await run(client, missing)).code, 0xfffd0000);
      client.end();
    });

    it("refuses environment variables and more than ten sessions", async () => {
      const client = await logOn(dial());
      lab.faults.add({ kind: "delay", match: "hostname", milliseconds: 100 });
      const sessions = Array.from({ length: 11 }, () => run(client, "hostname"));
      const results = await Promise.allSettled(sessions);
      assert.equal(results.filter(({ status }) => status === "rejected").length, 1);
      client.end();
      const withEnvironment = await logOn(dial());
      // The client asks for no reply to a variable; made to, it takes the refusal for one of the command that follows.
      const protocol = (withEnvironment as unknown as { _protocol: Protocol })._protocol;
      const send = protocol.env.bind(protocol);
      protocol.env = (channel, name, value) => send(channel, name, value, true);
      await assert.rejects(
        run(withEnvironment, "hostname", "", { NAME: "value" }),
        /Unable to exec/,
      );
      withEnvironment.end();
    });

    it("turns connections away when too many have not logged on", async () => {
      const waiting = Array.from({ length: 10 }, dial);
      const eleventh = dial();
      const [greeting] = (await once(eleventh, "data")) as [Buffer];
      assert.match(greeting.toString(), /^Exceeded MaxStartups/);
      for (const connection of waiting) connection.destroy();
      await Promise.all(waiting.map((connection) => once(connection, "close")));
    });

    it("kills what runs when the session ends, before it had its effect", async () => {
      const client = await logOn(dial());
      lab.faults.add({ kind: "delay", match: "echo", milliseconds: 60_000 });
      client.exec("echo killed", () => client.end());
      await once(client, "close");
      const ran = lab.journal.read().filter(({ what }) => what === "echo killed");
      assert.deepEqual(ran, []);
    });

    it("cuts the connection without an exit status on the fault, and when it restarts", async () => {
      for (const kind of ["dropConnection", "reboot"] as const) {
        const client = await logOn(dial());
        lab.faults.add({ kind, match: "hostname", times: 1 });
        assert.equal((await run(client, "hostname")).code, undefined);
      }
      const client = await logOn(dial());
      const closed = once(client, "close");
      machine.reboot();
      await closed;
    });

    it("gives no way in while it is off or still starts", async () => {
      const late = await readyMachine(lab, "late");
      const address = lab.network.addressesOf(late.record.vmId).publicAddresses[0]!;
      const outcome = async () => {
        const connection = ssh.connect(outside, address, 22)!;
        const [error] = await once(connection, "error").catch((caught: Error) => [caught]);
        return String(error);
      };
      await lab.windows.setPower(late.record.vmId, "deallocated");
      assert.match(await outcome(), /ETIMEDOUT/);
      lab.faults.add({ kind: "slowBoot", match: "late", milliseconds: 90_000 });
      await lab.windows.setPower(late.record.vmId, "running");
      assert.match(await outcome(), /ETIMEDOUT/);
      lab.clock.now += 90_000;
      (await logOn(ssh.connect(outside, address, 22)!)).end();
    });
  });

  describe("a logon by key", () => {
    const pair = generateSshKey();
    const withKey = () => logOn(dial(), { privateKey: pair.privateKey, password: undefined });
    const restrict = (access: Record<string, "full">) =>
      machine.disk.secure(keysFile, { owner: "SYSTEM", access, inherits: false });

    it("counts the administrators' keys only while nobody else is on the file's access list", async () => {
      await assert.rejects(withKey());
      machine.disk.write(keysFile, Buffer.from(`${pair.publicKey}\r\n`), system);
      await assert.rejects(withKey(), "the folder's access list lets users read it");
      restrict({ SYSTEM: "full", Administrators: "full" });
      (await withKey()).end();
    });

    it("cannot open the user's keys", async () => {
      restrict({ SYSTEM: "full", Administrators: "full" });
      const client = await withKey();
      const request = JSON.stringify({
        contract: contractVersion,
        instance: machine.record.vmId,
        guestFiles: copiedGuestFiles,
        friendlyName: "peerlab:lab/dev/ada#1",
        classifier: "ada",
        exportPassword: "Export-Pass-1",
      });
      const ran = await run(client, guestCommand("Export-PeerIdentity"), request);
      assert.equal(ran.code, 1);
      assert.equal(JSON.parse(ran.stderr).code, "PEER_E_NO_KEY_ACCESS");
      assert.equal(JSON.parse(ran.stderr).hresult, "0x80630203");
      client.end();
    });
  });

  describe("SFTP", () => {
    it("stats and makes each parent, writes, lists, reads, renames and removes", async () => {
      const client = await logOn(dial());
      const sftp = await openSftp(client);
      const call = <T>(method: string, ...given: unknown[]): Promise<T> =>
        promisify((sftp as never as Record<string, (...all: never[]) => void>)[method]!.bind(sftp))(
          ...(given as never[]),
        ) as Promise<T>;
      for (const parent of ["C:", "C:/ProgramData", "/C:/ProgramData"]) {
        assert((await call<{ isDirectory(): boolean }>("stat", parent)).isDirectory());
      }
      await assert.rejects(call("stat", "C:/ProgramData/Lab"), /No such file/);
      await call("mkdir", "C:/ProgramData/Lab");
      await assert.rejects(call("mkdir", "C:/programdata/LAB"), /Failure/);
      const content = Buffer.alloc(100_000, "peer");
      await call("writeFile", "C:/ProgramData/Lab/a.txt", content);
      assert.deepEqual(await call("readFile", "c:/programdata/lab/A.TXT"), content);
      await call("rename", "C:/ProgramData/Lab/a.txt", "C:/ProgramData/Lab/b.txt");
      const names = await call<{ filename: string }[]>("readdir", "C:/ProgramData/Lab");
      assert.deepEqual(
        names.map(({ filename }) => filename),
        ["b.txt"],
      );
      await assert.rejects(call("rmdir", "C:/ProgramData/Lab"), /Failure/);
      await call("unlink", "C:/ProgramData/Lab/b.txt");
      await call("rmdir", "C:/ProgramData/Lab");
      assert.equal(await call("realpath", "."), "/C:/Users/peerlab");
      client.end();
    });

    it("checks rights: Windows' own folders are the installer's", async () => {
      const client = await logOn(dial());
      const sftp = await openSftp(client);
      const write = promisify(sftp.writeFile.bind(sftp) as never) as (
        ...given: string[]
      ) => Promise<void>;
      await assert.rejects(write("C:/Windows/System32/x.dll", "x"), /Permission denied/);
      await assert.rejects(write("C:/missing/x.txt", "x"), /No such file/);
      await write(`${guestDirectory}/extra.txt`, "x");
      client.end();
    });

    it("leaves what has arrived of a file when the connection breaks", async () => {
      const client = await logOn(dial());
      const sftp = await openSftp(client);
      const handle = await new Promise<Buffer>((resolve, reject) =>
        sftp.open("C:/ProgramData/part.bin", "w", (error, opened) =>
          error ? reject(error) : resolve(opened),
        ),
      );
      await new Promise<void>((resolve, reject) =>
        sftp.write(handle, Buffer.from("half"), 0, 4, 0, (error) =>
          error ? reject(error) : resolve(),
        ),
      );
      const cut = new Promise<void>((resolve) => {
        const leave = lab.journal.listen(({ kind, outcome }) => {
          if (kind !== "copy" || outcome !== "cut") return;
          leave();
          resolve();
        });
      });
      client.destroy();
      await cut;
      assert.equal(machine.disk.find("C:/ProgramData/part.bin")?.size, 4);
    });

    it("ends the channel after the client's end", async () => {
      const client = await logOn(dial());
      const sftp = await openSftp(client);
      const closed = once(sftp, "close");
      sftp.end();
      await closed;
      client.end();
    });
  });

  it("loses every connection with the machine when it is deleted", async () => {
    const doomed = await createMachine(lab, "doomed");
    await lab.windows.runCommand(doomed.record.vmId, preparation());
    const address = lab.network.addressesOf(doomed.record.vmId).publicAddresses[0]!;
    const client = await logOn(ssh.connect(outside, address, 22)!);
    const closed = once(client, "close");
    await lab.windows.delete(doomed.record.vmId);
    await closed;
  });
});
