import assert from "node:assert/strict";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import {
  contractVersion,
  guestCommand,
  guestDirectory,
  guestFilesHash,
} from "../../../guest/contract";
import { serveCommandProvider } from "../../../local/command";
import {
  Archive,
  Asset,
  Secret,
  Unknown,
  withoutSecrets,
  type Properties,
} from "../../../local/provider";
import { serveSsh, type SshHosts } from "../../../local/ssh";
import type { Machine } from "../../../local/windows";
import { sha256 } from "../../../local/windows/machine";
import { connectProvider, type ProviderClient } from "../provider/client";
import { deleteResource, updateResource } from "./resource";
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

const command = "command:remote:Command";
const copy = "command:remote:CopyToRemote";

describe("local/command", () => {
  let lab: Lab;
  let ssh: SshHosts;
  let machine: Machine;
  let server: Awaited<ReturnType<typeof serveCommandProvider>>;
  let provider: ProviderClient;
  let waited: number[];

  before(async () => {
    lab = openLab();
    machine = await readyMachine(lab, "ada-1");
    ssh = await serveSsh({
      directory: lab.directory,
      journal: lab.journal,
      windows: lab.windows,
      network: () => lab.network,
      connectTimeoutMilliseconds: 20,
      random: () => 0,
    });
    server = await serveCommandProvider({
      journal: lab.journal,
      connect: (host, port) => ssh.connect("203.0.113.10", host, port),
      workingDirectory: lab.directory,
      wait: async (milliseconds) => {
        waited.push(milliseconds);
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    provider = connectProvider(server.port);
  });
  after(async () => {
    provider.close();
    await server.close();
    await ssh.close();
    lab.dispose();
  });
  beforeEach(() => (waited = []));
  afterEach(() => lab.faults.clear());

  const connection = (changes: Properties = {}): Properties => ({
    host: lab.network.addressesOf(machine.record.vmId).publicAddresses[0]!,
    user: labUser,
    password: labPassword,
    hostKey: machine.record.hostKey!.publicKey,
    ...changes,
  });
  const proxied = (): Properties => {
    const { host, port, user, password, hostKey } = ssh.jumpHost;
    const [address] = lab.network.addressesOf(machine.record.vmId).ipv4;
    return connection({ host: address!, proxy: { host, port, user, password, hostKey } });
  };
  const checked = async (type: string, inputs: Properties) => {
    const { inputs: result, failures } = await provider.check(type, "step", inputs);
    assert.deepEqual(failures, []);
    return result;
  };
  const run = async (inputs: Properties) =>
    provider.create(
      command,
      "step",
      await checked(command, { connection: connection(), ...inputs }),
    );
  const ranOn = () => lab.journal.read().filter(({ kind }) => kind === "command").length;

  it("fills in the connection's defaults and makes it secret", async () => {
    const inputs = await checked(command, {
      connection: { host: "192.0.2.1", password: "p", proxy: { host: "192.0.2.2" } },
    });
    assert(inputs.connection instanceof Secret);
    const known = inputs.connection.value as Properties;
    assert(known.password instanceof Secret);
    const defaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
    assert.deepEqual(withoutSecrets(known), {
      ...defaults,
      host: "192.0.2.1",
      password: "p",
      proxy: { ...defaults, host: "192.0.2.2" },
    });
  });

  it("refuses inputs by the name of the field", async () => {
    const { failures } = await provider.check(command, "step", {
      connection: { hots: "x", port: "22" },
      logging: "some",
      interpreter: ["sh"],
    });
    assert.deepEqual(failures.map(({ property }) => property).sort(), [
      "connection.host",
      "connection.hots",
      "connection.port",
      "interpreter",
      "logging",
    ]);
    const { failures: none } = await provider.check(copy, "step", {
      connection: connection(),
      source: new Archive({ assets: {} }),
    });
    assert.deepEqual(none.map(({ property }) => property).sort(), ["archive", "remotePath"]);
    await assert.rejects(
      provider.create("command:local:Command", "step", {}),
      /has no command:local/,
    );
  });

  it("keeps the carriage return of Windows' line end and makes only the connection secret", async () => {
    const { id, outputs } = await run({ create: "hostname", stdin: new Secret("x") });
    assert.match(id, /^step[0-9a-f]{8}$/);
    assert.equal(outputs.stdout, "ada-1\r");
    assert.equal(outputs.stderr, "");
    assert(outputs.connection instanceof Secret);
    assert(outputs.stdin instanceof Secret);
  });

  it("sends standard input whole to a guest action, through the jump host too", async () => {
    const stdin = JSON.stringify({
      contract: contractVersion,
      instance: machine.record.vmId,
      guestFiles: copiedGuestFiles,
    });
    for (const way of [connection(), proxied()]) {
      const { outputs } = await run({
        connection: way,
        create: guestCommand("Get-PeerReport"),
        stdin,
      });
      assert.equal(JSON.parse(String(outputs.stdout)).computerName, "ada-1");
    }
  });

  it("connects to nothing in a preview and does not know the output then", async () => {
    const before = lab.journal.read().length;
    const inputs = await checked(command, { connection: Unknown, create: "hostname" });
    const { id, outputs } = await provider.create(command, "step", inputs, true);
    assert.equal(id, "");
    assert.equal(outputs.stdout, Unknown);
    assert.equal(outputs.create, "hostname");
    assert.equal(lab.journal.read().length, before);
  });

  it("fails on another exit status with the whole command and all its output", async () => {
    await assert.rejects(
      run({ create: "exit 3" }),
      /Process exited with status 3: running "exit 3":\n/,
    );
    await assert.rejects(
      run({ create: "nonsense" }),
      /Process exited with status 1: running "nonsense":\n'nonsense' is not recognized/,
    );
  });

  it("fails on a session that ends without a status", async () => {
    lab.faults.add({ kind: "dropConnection", match: "hostname", times: 1 });
    await assert.rejects(run({ create: "hostname" }), /without exit status or exit signal|EOF/);
  });

  it("updates by update, else by create, else keeps the output; deletes by delete", async () => {
    const first = await run({ create: "echo created" });
    const update = async (inputs: Properties) => {
      const news = await checked(command, { connection: connection(), ...inputs });
      return updateResource(server.port, command, first.id, first.outputs, news);
    };
    assert.equal(
      (await update({ create: "echo created", update: "echo updated" })).stdout,
      "updated\r",
    );
    assert.equal((await update({ create: "echo again" })).stdout, "again\r");
    assert.equal((await update({})).stdout, "created\r");
    const before = ranOn();
    await deleteResource(server.port, command, first.id, first.outputs);
    assert.equal(ranOn(), before);
    await deleteResource(server.port, command, first.id, {
      ...first.outputs,
      delete: "echo gone",
    });
    assert.equal(ranOn(), before + 1);
  });

  it("plans a replacement for triggers as a whole and an update for anything else", async () => {
    const old = await checked(command, { connection: connection(), create: "a" });
    const news = await checked(command, {
      connection: connection({ host: "192.0.2.9" }),
      create: "b",
      triggers: ["x"],
    });
    const { changes, deleteBeforeReplace } = await provider.diff(command, "step", "id", old, news);
    assert.deepEqual(changes, {
      "connection.host": "update",
      create: "update",
      triggers: "addReplace",
    });
    assert.equal(deleteBeforeReplace, false);
    const element = await provider.diff(
      command,
      "step",
      "id",
      { ...old, triggers: ["x"] },
      { ...old, triggers: ["y"] },
    );
    assert.deepEqual(element.changes, { "triggers[0]": "update" });
  });

  it("refuses to run with a variable of the environment, and only notes the previous output", async () => {
    const before = ranOn();
    await assert.rejects(
      run({ create: "hostname", environment: { NAME: "value" } }),
      /could not set environment variable "NAME": ssh: setenv failed/,
    );
    assert.equal(ranOn(), before);
    const notes = () =>
      lab.journal.read().filter(({ what }) => what === "environment variable PULUMI_COMMAND_STDOUT")
        .length;
    const first = await run({ create: "hostname" });
    const notesBefore = notes();
    const news = await checked(command, { connection: connection(), create: "echo next" });
    const outputs = await updateResource(server.port, command, first.id, first.outputs, news);
    assert.equal(outputs.stdout, "next\r");
    assert.equal(notes(), notesBefore + 1);
  });

  it("refuses output that would hang the genuine provider, unless it is not logged", async () => {
    const original = machine.record.computerName;
    machine.record.computerName = "x".repeat(65_535);
    try {
      await assert.rejects(run({ create: "hostname" }), /line of 65536 bytes.*logging to "none"/);
      const { outputs } = await run({ create: "hostname", logging: "none" });
      assert.equal(String(outputs.stdout).length, 65_536);
    } finally {
      machine.record.computerName = original;
    }
  });

  it("retries a dial with growing waits up to the limit, and names what failed last", async () => {
    lab.faults.add({ kind: "unreachable", match: "ada-1" });
    await assert.rejects(
      run({ create: "hostname" }),
      /^.*after 10 failed attempts: dial tcp 198\.51\.100\.\d+:22: connect: connection refused/,
    );
    assert.equal(waited.length, 10);
    assert.deepEqual(waited.slice(0, 3).map(Math.round), [100, 150, 225]);
    lab.faults.clear();
    lab.faults.add({ kind: "unreachable", match: "ada-1", times: 2 });
    assert.equal((await run({ create: "hostname" })).outputs.stdout, "ada-1\r");
  });

  it("says which address has no machine, and which does not answer", async () => {
    const nobody = connection({ host: "198.51.100.250", dialErrorLimit: 0 });
    await assert.rejects(run({ connection: nobody, create: "hostname" }), /no route to host/);
    const [address] = lab.network.addressesOf(machine.record.vmId).publicAddresses;
    lab.network.blocked.add(address!);
    await assert.rejects(
      run({ connection: connection({ dialErrorLimit: 0 }), create: "hostname" }),
      /after 0 failed attempts: dial tcp .*: connect: connection timed out/,
    );
    lab.network.blocked.clear();
  });

  it("retries a refused password like a refused dial, until the account is locked", async () => {
    const locked = await readyMachine(lab, "locked");
    const to = (password: string): Properties => ({
      host: lab.network.addressesOf(locked.record.vmId).publicAddresses[0]!,
      user: labUser,
      password,
      hostKey: locked.record.hostKey!.publicKey,
    });
    await assert.rejects(
      run({ connection: to("wrong"), create: "hostname" }),
      /after 10 failed attempts: ssh: handshake failed: ssh: unable to authenticate/,
    );
    await assert.rejects(
      run({ connection: { ...to(labPassword), dialErrorLimit: 0 }, create: "hostname" }),
      /unable to authenticate/,
    );
  });

  it("comes through a jump host that turns some of many away, by the limit of the jump host's dials alone", async () => {
    const { host, port } = ssh.jumpHost;
    const many = Array.from({ length: 10 }, () => net.connect(port, host));
    await Promise.all(many.map((connection) => once(connection, "data")));
    const forget = lab.journal.listen(({ detail }) => {
      if (detail === "MaxStartups") for (const connection of many) connection.destroy();
    });
    const way: Properties = { ...proxied(), dialErrorLimit: 0 };
    Object.assign(way.proxy as Properties, { dialErrorLimit: 1000 });
    await run({ connection: way, create: "hostname", logging: "none" });
    forget();
    assert.ok(waited.length > 0);
    const turnedAway = lab.journal.read().filter(({ detail }) => detail === "MaxStartups");
    assert.deepEqual([...new Set(turnedAway.map(({ subject }) => subject))], ["jump host"]);
  });

  it("tries a refused logon through a proxy once: the channel is gone after it", async () => {
    const fresh = await readyMachine(lab, "fresh");
    const [host] = lab.network.addressesOf(fresh.record.vmId).ipv4;
    const way = { ...proxied(), host: host!, password: "wrong", dialErrorLimit: 3 };
    delete (way as Properties).hostKey;
    await assert.rejects(
      run({ connection: way, create: "hostname" }),
      /proxy: after 3 failed attempts: ssh: handshake failed: EOF/,
    );
    assert.equal(fresh.record.accounts[0]!.failedLogons, 1);
  });

  it("checks the host keys of both hops", async () => {
    const other = await createMachine(lab, "other");
    await lab.windows.runCommand(other.record.vmId, preparation());
    const foreign = other.record.hostKey!.publicKey;
    await assert.rejects(
      run({ connection: connection({ hostKey: foreign, dialErrorLimit: 0 }), create: "hostname" }),
      /host key mismatch/,
    );
    const way = proxied();
    (way.proxy as Properties).hostKey = foreign;
    (way.proxy as Properties).dialErrorLimit = 0;
    await assert.rejects(
      run({ connection: way, create: "hostname" }),
      /^.*proxy: .*host key mismatch/,
    );
    const unreadable = connection({ hostKey: "nonsense" });
    await assert.rejects(
      run({ connection: unreadable, create: "hostname" }),
      /failed to parse host key/,
    );
  });

  describe("CopyToRemote", () => {
    const copied = async (inputs: Properties) =>
      provider.create(copy, "files", await checked(copy, { connection: connection(), ...inputs }));

    it("copies a folder under its own name, through the jump host", async () => {
      const folder = path.join(lab.directory, "source", "PeerLab");
      fs.mkdirSync(path.join(folder, "inner"), { recursive: true });
      fs.writeFileSync(path.join(folder, "a.ps1"), "one");
      fs.writeFileSync(path.join(folder, "inner", "b.ps1"), Buffer.alloc(100_000, "b"));
      const { id, outputs } = await copied({
        connection: proxied(),
        source: new Archive({ path: "source/PeerLab", hash: "1" }),
        remotePath: "C:/ProgramData",
      });
      assert.match(id, /^[0-9a-f]{8}$/);
      assert(outputs.connection instanceof Secret);
      assert.equal(machine.disk.find(`${guestDirectory}/a.ps1`)?.size, 3);
      assert.equal(machine.disk.find(`${guestDirectory}/inner/b.ps1`)?.size, 100_000);
    });

    it("brings the project's own guest files, which then answer", async () => {
      const fresh = await createMachine(lab, "guest");
      await lab.windows.runCommand(fresh.record.vmId, preparation());
      const to = connection({
        host: lab.network.addressesOf(fresh.record.vmId).publicAddresses[0]!,
        hostKey: fresh.record.hostKey!.publicKey,
      });
      const folder = path.join(__dirname, "..", "..", "..", "guest", "PeerLab");
      await copied({
        connection: to,
        source: new Archive({ path: folder, hash: "1" }),
        remotePath: "C:/ProgramData",
      });
      const stdin = JSON.stringify({
        contract: contractVersion,
        instance: fresh.record.vmId,
        guestFiles: guestFilesHash((name) => fs.readFileSync(path.join(folder, name)), sha256),
      });
      const { outputs } = await run({
        connection: to,
        create: guestCommand("Test-PeerCapability"),
        stdin,
      });
      assert.equal(JSON.parse(String(outputs.stdout)).stack.identity, "S_OK");
    });

    it("makes every parent of a text's path, starting with the drive", async () => {
      await copied({
        source: new Asset({ text: "hello", hash: "1" }),
        remotePath: "C:/ProgramData/one/two/three.txt",
      });
      assert.equal(machine.disk.find("C:/ProgramData/one/two/three.txt")?.size, 5);
      await assert.rejects(
        copied({ source: new Asset({ text: "x", hash: "1" }), remotePath: "C:/ProgramData/one" }),
        /is a directory; when using a text asset, remotePath must be a file path/,
      );
    });

    it("puts a file into a folder that is there, else under the given name", async () => {
      fs.writeFileSync(path.join(lab.directory, "file.txt"), "1234");
      const source = new Asset({ path: "file.txt", hash: "1" });
      await copied({ source, remotePath: "C:/ProgramData/one" });
      await copied({ source, remotePath: "C:/ProgramData/one/other.txt" });
      assert.equal(machine.disk.find("C:/ProgramData/one/file.txt")?.size, 4);
      assert.equal(machine.disk.find("C:/ProgramData/one/other.txt")?.size, 4);
    });

    it("says which path it may not write", async () => {
      await assert.rejects(
        copied({ source: new Asset({ text: "x", hash: "1" }), remotePath: "C:/Windows/x.txt" }),
        /failed to create remote file C:\/Windows\/x\.txt: Permission denied/,
      );
    });

    it("breaks off where the connection is cut or the machine restarts, with what has arrived left behind", async () => {
      const content = "0123456789";
      const source = new Asset({ text: content, hash: "1" });
      for (const kind of ["dropConnection", "reboot"] as const) {
        for (const [moment, arrived] of [
          ["before", undefined],
          ["during", content.length / 2],
          ["after", content.length],
        ] as const) {
          const remotePath = `C:/ProgramData/${kind}-${moment}.txt`;
          lab.faults.add({ kind, match: "ada-1 sftp", moment, times: 1 });
          const attempt = copied({ source, remotePath });
          // All is there: the client only waits for the end of the channel, which a cut is too.
          if (moment === "after") await attempt;
          else await assert.rejects(attempt, /connection lost|subsystem request failed|EOF/);
          assert.equal(machine.disk.find(remotePath)?.size, arrived, remotePath);
          await copied({ source, remotePath });
          assert.equal(machine.disk.find(remotePath)?.size, content.length);
        }
      }
    });

    it("copies again for another content or path, not for another machine, and deletes nothing", async () => {
      const first = await copied({
        source: new Asset({ text: "one", hash: "1" }),
        remotePath: "C:/ProgramData/again.txt",
      });
      const copies = () => lab.journal.read().filter(({ kind }) => kind === "copy").length;
      const before = copies();
      const update = (changes: Properties) =>
        updateResource(server.port, copy, first.id, first.outputs, {
          ...first.outputs,
          ...changes,
        });
      await update({ connection: new Secret(connection({ host: "198.51.100.250" })) });
      assert.equal(copies(), before);
      await update({ source: new Asset({ text: "two!", hash: "2" }) });
      assert.equal(copies(), before + 1);
      await deleteResource(server.port, copy, first.id, first.outputs);
      assert.equal(machine.disk.find("C:/ProgramData/again.txt")?.size, 4);
    });
  });
});
