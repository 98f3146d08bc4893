import * as assert from "node:assert/strict";
import { openJumpHosts } from "../../components/jumpHosts";
import {
  letDial,
  letsInAlready,
  refusalOf,
  waitForAnswer,
  type ReachedMachine,
} from "../../components/machineAnswers";
import type { ThisUpdate } from "../../components/thisUpdate";
import { serveSsh, type SshHosts } from "../../local/ssh";
import { generateSshKey } from "../../local/sshKey";
import type { Machine } from "../../local/windows";
import { labPassword, labUser, openLab, readyMachine, type Lab } from "../local/windows/lab";

const refusal = /ada-1 answers, but the logon of \w+ was refused: .*It is not tried again/;

describe("components/machineAnswers", function () {
  this.timeout(20_000);
  let lab: Lab;
  let ssh: SshHosts;
  let machine: Machine;
  let update: ThisUpdate;
  let begin: number;

  before(async () => {
    lab = openLab();
    machine = await readyMachine(lab, "ada-1");
    ssh = await serveSsh({
      directory: lab.directory,
      journal: lab.journal,
      windows: lab.windows,
      network: () => lab.network,
      connectTimeoutMilliseconds: 20,
    });
  });
  after(async () => {
    await ssh.close();
    lab.dispose();
  });
  beforeEach(() => {
    update = {
      answers: new Map(),
      jumpHosts: openJumpHosts(),
      started: new Map(),
      attempts: new Map(),
    };
    begin = lab.journal.read().length;
  });
  afterEach(() => lab.faults.clear());

  const reached = (changes: Partial<ReachedMachine["connection"]> = {}): ReachedMachine => {
    const { host, port, user, password, hostKey } = ssh.jumpHost;
    const [address] = lab.network.addressesOf(machine.record.vmId).ipv4;
    const jumpHost = { host, port, user, password, hostKey };
    const connection = { host: address!, user: labUser, password: labPassword, jumpHost };
    return {
      name: "ada-1",
      instanceId: machine.record.vmId,
      connection: { ...connection, hostKey: machine.record.hostKey!.publicKey, ...changes },
      answerTimeoutSeconds: 1,
    };
  };
  /** What reached the machine's server meanwhile. It learns a moment later than the program that a knock is over. */
  const sees = async (...expected: string[]) => {
    let seen: string[];
    do {
      await new Promise(setImmediate);
      seen = lab.journal
        .read()
        .slice(begin)
        .filter(({ what }) => what === "knock" || what.startsWith("logon"))
        .map(({ what, outcome }) =>
          what === "knock" ? what : outcome === "ok" ? "logon" : "refused",
        );
    } while (seen.length < expected.length);
    assert.deepEqual(seen.sort(), expected);
  };

  it("lets the first step go on a knock, and another that comes soon after the first one's end without any", async () => {
    await letDial(reached(), false, update);
    letsInAlready(machine.record.vmId, update);
    await letDial(reached(), false, update);
    await sees("knock");
  });

  it("does not ask a machine that has just been prepared, and lets all of its steps go at once", async () => {
    letsInAlready(machine.record.vmId, update);
    await Promise.all([1, 2, 3].map(() => letDial(reached(), false, update)));
    await sees();
  });

  it("logs on once for all the steps that come while the first has not come to its end", async () => {
    await Promise.all([1, 2, 3].map(() => letDial(reached(), false, update)));
    await sees("knock", "logon");
  });

  it("lets none of them go whom the machine refuses, after one refusal", async () => {
    const wrong = reached({ password: "Somebody-Elses-1" });
    await letDial(wrong, false, update);
    for (let step = 0; step < 3; step++) {
      await assert.rejects(letDial(wrong, false, update), refusal);
    }
    await sees("knock", "refused");
  });

  it("logs on first for a step that an earlier update has not finished", async () => {
    await letDial(reached(), true, update);
    await sees("logon");
  });

  it("looks why a step failed, once, and lets no other go where it was refused", async () => {
    const wrong = reached({ password: "Somebody-Elses-1" });
    await letDial(wrong, false, update);
    assert.match((await refusalOf(wrong, update))?.message ?? "", refusal);
    assert.equal(await refusalOf(wrong, update), undefined);
    await assert.rejects(letDial(wrong, true, update), refusal);
    await sees("knock", "refused");
  });

  it("finds nothing to say where the machine lets the program in, or is silent", async () => {
    await letDial(reached(), false, update);
    assert.equal(await refusalOf(reached(), update), undefined);
    assert.equal(await refusalOf(reached(), update), undefined);
    await sees("knock", "logon");
    update.answers.clear();
    lab.faults.add({ kind: "silent", match: "ada-1" });
    assert.equal(await refusalOf(reached(), update), undefined);
  });

  it("says which machine has another host key, to which no password is shown", async () => {
    const other = reached({ hostKey: generateSshKey().publicKey });
    for (let time = 0; time < 2; time++) {
      await assert.rejects(
        letDial(other, true, update),
        /ada-1 answers with another host key than the pinned one/,
      );
    }
    await sees();
  });

  it("gives up on one that is silent after the configured time, and asks again for the next step", async () => {
    lab.faults.add({ kind: "silent", match: "ada-1", times: 1 });
    await assert.rejects(
      letDial(reached(), false, update),
      /^Error: ada-1 has not answered over SSH for \d+ s .*answerTimeoutSeconds is 1$/,
    );
    await letDial(reached(), false, update);
    await sees("knock");
  });

  it("does not let a step go behind a jump host that refuses the program, though the machine is known to answer", async () => {
    letsInAlready(machine.record.vmId, update);
    const { jumpHost } = reached().connection;
    const closed = reached({ jumpHost: { ...jumpHost!, password: "wrong" } });
    await assert.rejects(letDial(closed, false, update), /ada-1: the jump host .* was refused/);
    await assert.rejects(waitForAnswer(closed, update), /ada-1: the jump host .* was refused/);
  });
});
