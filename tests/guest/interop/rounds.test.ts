import * as assert from "node:assert/strict";
import { itNeeds } from "../missing";
import { keyPool } from "../native/build";
import { openIn, type ProcessReport } from "../native/reports";
import { buildInterop } from "./build";
import { InteropNetwork } from "./caller";

describe("guest/PeerLab, ten thousand rounds through the wrappers", function () {
  this.timeout(180_000);
  const built = buildInterop();
  if ("unavailable" in built) {
    itNeeds("leave nothing behind", built.unavailable);
    return;
  }
  let network: InteropNetwork;
  let rounds: Record<"identities" | "groups", Promise<ProcessReport>>;

  const open = (machine: string) =>
    network.open(machine, ["iterations=1"], { PEER_DOUBLE_KEYS: keyPool("forRounds") });

  async function identityRounds(): Promise<ProcessReport> {
    const caller = open("alpha");
    await caller.call("identityRounds", "10000");
    return caller.report();
  }

  async function groupRounds(): Promise<ProcessReport> {
    const caller = open("beta");
    const identity = await caller.one("create", "rounds", "Rounds");
    await caller.call("groupRounds", "10000", identity);
    return caller.report();
  }

  // Two processes for two processors; each is looked at by its own test.
  before(() => {
    network = new InteropNetwork(built);
    rounds = { identities: identityRounds(), groups: groupRounds() };
    for (const round of Object.values(rounds)) round.catch(() => undefined);
  });
  after(async () => {
    await Promise.allSettled(Object.values(rounds));
    await network.close();
  });

  it("of identities leave no block, handle or enumeration open", async () => {
    const report = await rounds.identities;
    assert.deepEqual(openIn(report), []);
    assert.equal(report.calls.PeerIdentityImport, 10_000);
    assert.equal(report.calls.PeerIdentityDelete, 20_000);
  });

  it("of groups and registrations leave no block, handle or enumeration open", async () => {
    const report = await rounds.groups;
    assert.deepEqual(openIn(report), []);
    assert.equal(report.calls.PeerGroupOpen, 10_000);
    assert.equal(report.calls.PeerPnrpRegister, 10_000);
  });
});
