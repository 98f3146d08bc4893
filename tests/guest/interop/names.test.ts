import * as assert from "node:assert/strict";
import { itNeeds } from "../missing";
import { buildInterop } from "./build";
import { InteropNetwork, type Caller } from "./caller";

describe("guest/PeerLab, the wrappers of PNRP over the native double", function () {
  this.timeout(60_000);
  const built = buildInterop();
  if ("unavailable" in built) {
    itNeeds("call p2p.dll as documented", built.unavailable);
    return;
  }
  let network: InteropNetwork;
  beforeEach(() => (network = new InteropNetwork(built)));
  afterEach(() => network.close());

  async function started(machine: string, settings: string[] = []): Promise<Caller> {
    const caller = network.open(machine, settings);
    await caller.call("startNames");
    return caller;
  }

  it("register names that other processes resolve, for as long as theirs lives", async () => {
    const alpha = await started("alpha");
    const beta = await started("beta");
    const identity = await alpha.one("create", "games", null);
    const name = `${identity.slice(0, 40)}.chess`;
    const registration = await alpha.one("register", name, identity, "5000", "White");
    assert.deepEqual(await beta.call("resolve", name, "10"), ["[fd00::1]:5000"]);
    // In the process that registered it, a name is not recognised.
    assert.deepEqual(await alpha.call("resolve", name, "10"), []);
    await alpha.call("update", registration, "5001", null);
    assert.deepEqual(await beta.call("resolve", name, "10"), ["[fd00::1]:5001"]);
    await alpha.call("end", registration);
    assert.deepEqual(await beta.call("resolve", name, "10"), []);
    await alpha.call("register", "0.open", null, "5002", null);
    assert.deepEqual(await beta.call("resolve", "0.open", "10"), ["[fd00::1]:5002"]);
    await alpha.kill();
    assert.deepEqual(await beta.call("resolve", "0.open", "10"), []);
  });

  it("give no more endpoints than asked for", async () => {
    for (const machine of ["alpha", "beta", "gamma"]) {
      await (await started(machine)).call("register", "0.open", null, "5000", null);
    }
    const delta = await started("delta");
    assert.equal((await delta.call("resolve", "0.open", "10")).length, 3);
    assert.equal((await delta.call("resolve", "0.open", "2")).length, 2);
  });

  it("tell what cannot be registered", async () => {
    const alpha = await started("alpha");
    const identity = await alpha.one("create", "games", null);
    const own = `${identity.slice(0, 40)}.chess`;
    const foreign = `${"0".repeat(40)}.chess`;
    await alpha.call("register", own, identity, "5000", null);
    for (const [name, publisher, comment, code] of [
      [own, identity, null, "PEER_E_DUPLICATE_PEER_NAME"],
      [foreign, identity, null, "PEER_E_INVALID_IDENTITY"],
      [foreign, foreign, null, "PEER_E_IDENTITY_NOT_FOUND"],
      ["chess", null, null, "E_INVALIDARG"],
      ["0.chess", null, "x".repeat(40), "E_INVALIDARG"],
      ["0.chess", null, "x".repeat(39), "S_OK"],
    ] as const) {
      assert.equal(await alpha.code("register", name, publisher, "5000", comment), code, name);
    }
  });

  it("list the clouds with their states", async () => {
    const link = "LinkLocal_ff00::%4/8 linkLocal alone";
    const alpha = await started("alpha");
    assert.deepEqual(await alpha.call("clouds"), ["Global_ global alone", link]);
    await (await started("beta")).call("register", "0.seed", null, "5000", null);
    assert.deepEqual(await alpha.call("clouds"), ["Global_ global active", link]);
    const apart = await started("gamma", ["cloud=alone"]);
    assert.deepEqual(await apart.call("clouds"), ["Global_ global alone", link]);
    assert.deepEqual(await apart.call("resolve", "0.seed", "10"), []);
    const dead = await started("delta", ["cloud-state=3"]);
    assert.deepEqual(await dead.call("clouds"), ["Global_ global dead", link]);
    const none = await started("epsilon", ["cloud=none"]);
    assert.deepEqual(await none.call("clouds"), []);
    assert.equal(await none.code("resolve", "0.seed", "10"), "PEER_E_NO_CLOUD");
    assert.equal(await none.code("register", "0.a", null, "1", null), "PEER_E_NO_CLOUD");
  });

  it("tell the service and IPv6 that are not there", async () => {
    for (const [setting, code] of [
      ["pnrp=stopped", "PEER_E_SERVICE_NOT_AVAILABLE"],
      ["ipv6=off", "PEER_E_IPV6_NOT_INSTALLED"],
    ] as const) {
      assert.equal(await network.open("alpha", [setting]).code("startNames"), code);
    }
  });
});
