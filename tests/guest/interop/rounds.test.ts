import * as assert from "node:assert/strict";
import { itNeeds } from "../missing";
import { keyPool } from "../native/build";
import { buildInterop } from "./build";
import { InteropNetwork, openIn } from "./caller";

describe("guest/PeerLab, ten thousand rounds through the wrappers", function () {
  this.timeout(180_000);
  const built = buildInterop();
  if ("unavailable" in built) {
    itNeeds("leave nothing behind", built.unavailable);
    return;
  }
  let network: InteropNetwork;
  beforeEach(() => (network = new InteropNetwork(built)));
  afterEach(() => network.close());

  const open = () =>
    network.open("alpha", ["iterations=1"], { PEER_DOUBLE_KEYS: keyPool("forRounds") });

  it("of identities leave no block, handle or enumeration open", async () => {
    const caller = open();
    await caller.call("identityRounds", "10000");
    const report = await caller.report();
    assert.deepEqual(openIn(report), []);
    assert.equal(report.calls.PeerIdentityImport, 10_000);
    assert.equal(report.calls.PeerIdentityDelete, 20_000);
  });

  it("of groups and registrations leave no block, handle or enumeration open", async () => {
    const caller = open();
    const identity = await caller.one("create", "rounds", "Rounds");
    await caller.call("groupRounds", "10000", identity);
    const report = await caller.report();
    assert.deepEqual(openIn(report), []);
    assert.equal(report.calls.PeerGroupOpen, 10_000);
    assert.equal(report.calls.PeerPnrpRegister, 10_000);
  });
});
