import * as assert from "node:assert/strict";
import { presentNameProofs } from "../../components/plan/proofPairs";
import type { ProofReport } from "../../components/plan/proofVerdict";
import type { Checked } from "../../lab/checkMachines";
import { proverOf } from "../../lab/checkProof";
import type { MachineInState } from "../../lab/machinesInState";
import { exitCodeOfProof, proofTable } from "../../lab/proofTable";

const inState = (machine: string, last: number): MachineInState => ({
  machine,
  privateIpv6: `fd00::${last}`,
  ask: {
    connection: { host: machine, user: "labuser", password: "p" },
    request: {
      contract: 1,
      instance: machine,
      networking: {
        seed: { role: machine === "a" ? "seed" : "peer", server: "seed.x" },
        firewallRules: [{ protocol: "TCP", family: "IPv6", port: 5001 }],
      },
      presence: { names: [{ peerName: `0.${machine}` }], groups: [{ group: "g" }] },
    },
  } as unknown as MachineInState["ask"],
});
const off: Checked = { machine: "b", state: "off", power: "deallocated" };

describe("lab/checkProof", () => {
  it("leaves out a machine that is off with its names and its seed, so that it is nobody else's turn", async () => {
    const { proved, ask } = await proverOf(inState("b", 2), off);
    assert.equal(ask, undefined);
    assert.deepEqual(proved, {
      machine: "b",
      address: "",
      names: ["0.b"],
      groups: ["g"],
      seed: { role: "peer", server: "seed.x" },
      leftOut: "it is off (deallocated)",
    });
    const there = await Promise.all(
      ["a", "b", "c", "d"].map((key, index) => proverOf(inState(key, index), undefined)),
    );
    const held = Object.fromEntries(
      there.map((one) => [
        one.proved.machine,
        (one.proved.machine === "b" ? proved : one.proved).names,
      ]),
    );
    const names = presentNameProofs(held, (key) => key !== "b");
    assert.deepEqual(
      names.map(({ peerName, resolvers }) => [peerName, resolvers]),
      [
        ["0.a", ["b", "c"]],
        ["0.c", ["d", "a"]],
        ["0.d", ["a", "b"]],
      ],
    );
  });

  it("takes a machine that takes part as it is, with its ports", async () => {
    const { proved, ports, ask } = await proverOf(inState("a", 1), undefined);
    assert.equal(typeof ask, "function");
    const { address, leftOut, ports: tested } = proved;
    assert.deepEqual([address, leftOut, tested, ports], ["fd00::1", undefined, [5001], [5001]]);
  });
});

describe("lab/proofTable", () => {
  const report = (change: Partial<ProofReport> = {}): ProofReport => ({
    ...{ cloud: "active", holder: "running", names: [], groups: [], ports: [], resolved: [] },
    failures: [],
    ...change,
  });

  it("says in the result what nobody tested, which is no failure", () => {
    const reports = {
      a: report({ notTested: ["the ports of a, because c, d are off"] }),
      b: report({ notTested: ["the name 0.b of b, because c, d are off"] }),
      c: report({ leftOut: "it is off (deallocated)" }),
    };
    const said =
      "not tested: the ports of a, because c, d are off; the name 0.b of b, because c, d are off";
    assert.equal(proofTable(reports).split("\n")[0], `proof: passed by 2 machines, ${said}`);
    assert.equal(exitCodeOfProof(reports), 0);
    const failed = { ...reports, b: report({ failures: ["b is not there"] }) };
    assert.equal(
      proofTable(failed).split("\n")[0],
      "proof: failed (1), not tested: the ports of a, because c, d are off",
    );
    assert.equal(proofTable({ a: report() }).split("\n")[0], "proof: passed by one machine");
  });
});
