import * as assert from "node:assert/strict";
import { once } from "node:events";
import * as net from "node:net";
import { JumpHostError, openJumpHosts } from "../../components/jumpHosts";
import { knock } from "../../components/knock";
import type { PeerConnection } from "../../components/peerMachine";
import { generateSshKey } from "../../local/sshKey";
import { serveSsh, type SshHosts } from "../../local/ssh";
import { openLab, readyMachine, type Lab } from "../local/windows/lab";

const milliseconds = 5_000;

describe("components/jumpHosts", function () {
  this.timeout(20_000);
  let lab: Lab;
  let ssh: SshHosts;
  /** Stands before the jump host, and counts who comes. */
  let door: net.Server;
  let came: number;
  let address: string;

  before(async () => {
    lab = openLab();
    const machine = await readyMachine(lab, "ada-1");
    [address] = lab.network.addressesOf(machine.record.vmId).ipv4 as [string];
    ssh = await serveSsh({
      directory: lab.directory,
      journal: lab.journal,
      windows: lab.windows,
      network: () => lab.network,
      connectTimeoutMilliseconds: 20,
    });
    door = net.createServer((socket) => {
      came += 1;
      const behind = net.connect(ssh.jumpHost.port, ssh.jumpHost.host);
      socket.pipe(behind).pipe(socket);
      for (const end of [socket, behind]) end.on("error", () => end.destroy());
    });
    door.listen(0, "127.0.0.1");
    await once(door, "listening");
  });
  after(async () => {
    door.close();
    await ssh.close();
    lab.dispose();
  });
  beforeEach(() => (came = 0));

  const connection = (changes: Partial<PeerConnection["jumpHost"]> = {}): PeerConnection => {
    const { user, password, hostKey } = ssh.jumpHost;
    const { port } = door.address() as net.AddressInfo;
    const jumpHost = { host: "127.0.0.1", port, user, password, hostKey, ...changes };
    return { host: address, user: "labuser", password: "not asked for", jumpHost };
  };
  const knocks = () => lab.journal.read().filter(({ what }) => what === "knock").length;

  it("reaches many machines at once by one session, and the machine counts each as a knock", async () => {
    const { reach } = openJumpHosts();
    const before = knocks();
    const many = Array.from({ length: 120 }, async () =>
      knock(await reach(connection(), milliseconds), milliseconds),
    );
    // More than the machine's server takes at once: it turns some away, as OpenSSH does.
    const outcomes = await Promise.allSettled(many);
    const answered = outcomes.filter(({ status }) => status === "fulfilled").length;
    assert.ok(answered > 0);
    assert.equal(came, 1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") assert.match(String(outcome.reason), /MaxStartups/);
    }
    while (knocks() - before < answered) await new Promise(setImmediate);
    assert.equal(knocks() - before, answered);
  });

  it("tries one that refuses the program once, however many ask, and says what to do", async () => {
    const jumpHosts = openJumpHosts();
    const refused = connection({ password: "wrong" });
    for (const ask of [jumpHosts.reach, jumpHosts.letsIn, jumpHosts.reach]) {
      await assert.rejects(ask(refused, milliseconds), (error: Error) => {
        assert.ok(error instanceof JumpHostError);
        assert.match(error.message, /^the jump host 127\.0\.0\.1: the logon of jump was refused; /);
        assert.doesNotMatch(error.message, /wrong/);
        return true;
      });
    }
    assert.equal(came, 1);
  });

  it("refuses one with another host key than the pinned one", async () => {
    const other = connection({ hostKey: generateSshKey().publicKey });
    await assert.rejects(openJumpHosts().letsIn(other, milliseconds), /another host key/);
  });

  it("tries one that did not answer again", async () => {
    const jumpHosts = openJumpHosts();
    const away = connection({ port: 1 });
    for (let time = 0; time < 2; time++) {
      await assert.rejects(jumpHosts.letsIn(away, milliseconds), (error: Error) => {
        assert.ok(!(error instanceof JumpHostError));
        return /the jump host 127\.0\.0\.1: /.test(error.message);
      });
    }
  });

  it("says of a machine that nobody answers that nothing does", async () => {
    const nobody = { ...connection(), host: "10.99.0.1" };
    await assert.rejects(openJumpHosts().reach(nobody, milliseconds), /nothing answers/);
    assert.equal(came, 1);
  });
});
