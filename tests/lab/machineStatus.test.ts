import * as assert from "node:assert/strict";
import type { Checked } from "../../lab/checkMachines";
import type { LabMachineInState } from "../../lab/labInState";
import { machineStatus, personStatuses, type MachineStatus } from "../../lab/machineStatus";
import { statusText } from "../../lab/statusTable";

const identity = `${"0123456789".repeat(4)}.PeerLab`;
const machineOf = (machine: string, more: Partial<LabMachineInState> = {}): LabMachineInState => ({
  machine,
  virtualMachineId: `/vm/${machine}`,
  person: "ada",
  ring: "",
  isSeed: false,
  computerName: machine,
  size: "Standard_D2s_v5",
  location: "westeurope",
  privateIpv4: "10.80.0.4",
  privateIpv6: "fd5a:9c2e:71b0::4",
  publicIpv4: "",
  publicIpv6: "",
  peerName: identity,
  group: "",
  names: [],
  cloud: "active",
  ready: true,
  pending: [],
  ...more,
});
const report = {
  ...{ cloud: "active", holder: "running", names: [], groups: [], ports: [], resolved: [] },
  failures: [] as string[],
};
const status = (found: Checked | undefined, power?: string): MachineStatus =>
  machineStatus(
    machineOf("ada-1"),
    {},
    {
      power: new Map(power === undefined ? [] : [["/vm/ada-1", { instance: "1", power }]]),
      checked: new Map(found ? [["ada-1", found]] : []),
    },
  );
const machine = "ada-1";

describe("lab/machineStatus", () => {
  it("tells off, drifted, waiting and as wanted from unknown, whose reason it has", () => {
    for (const [found, power, state, details] of [
      [{ machine, state: "as wanted" }, "running", "as wanted", []],
      [
        { machine, state: "drifted", drift: ["a rule is off"] },
        "running",
        "drifted",
        ["a rule is off"],
      ],
      [{ machine, state: "waiting", pending: ["reboot"] }, "running", "waiting", ["reboot"]],
      [{ machine, state: "off", power: "deallocated" }, "deallocated", "off", ["deallocated"]],
      [undefined, "deallocated", "off", ["deallocated"]],
      [undefined, "running", "unknown", ["not asked"]],
      [
        { machine, state: "silent", message: "timed out" },
        undefined,
        "unknown",
        ["does not answer (timed out): off, or not reachable"],
      ],
    ] as [Checked | undefined, string | undefined, string, string[]][]) {
      assert.deepEqual(status(found, power).drift, { state, details });
    }
  });

  it("says of the power what Azure says, that it has no such VM, or that it is not known", () => {
    assert.equal(status(undefined, "running").power, "running");
    assert.equal(status(undefined, "").power, "unknown");
    assert.equal(status(undefined).power, "unknown");
    const gone = new Map([["/vm/ada-1", { instance: "", power: "" }]]);
    const found = { power: gone, checked: new Map() };
    assert.equal(machineStatus(machineOf("ada-1"), {}, found).power, "missing");
    const own = machineOf("ada-1", { virtualMachineId: undefined });
    assert.equal(machineStatus(own, {}, found).power, "unknown");
  });

  it("says what came of the last proof, and of what nobody tested why", () => {
    const proofOf = (proof?: object) =>
      machineStatus(machineOf("ada-1"), proof ? { "ada-1": { ...report, ...proof } } : {}, {
        power: new Map(),
        checked: new Map(),
      }).proof;
    assert.deepEqual(proofOf(), { result: "not tested", failures: [], notTested: [] });
    assert.equal(proofOf({}).result, "passed");
    assert.equal(proofOf({ failures: ["it failed"] }).result, "failed");
    assert.deepEqual(proofOf({ leftOut: "it is off (deallocated)" }), {
      result: "not tested",
      failures: [],
      notTested: ["it is off (deallocated)"],
    });
  });

  it("says of a person whether a copy of this very identity was taken, and nothing where none is kept", () => {
    const person = { person: "ada", displayName: "Ada", machines: [] };
    const copyOf = (sharing: "identity" | "group", peerName: string, noted: string) =>
      personStatuses([{ ...person, sharing, peerName }], { ada: noted })[0].copyTaken;
    assert.equal(copyOf("identity", "a.b", "a.b"), true);
    assert.equal(copyOf("identity", "a.b", "old.b"), false);
    assert.equal(copyOf("identity", "", ""), null);
    assert.equal(copyOf("group", "a.b", "a.b"), null);
  });
});

describe("lab/statusTable", () => {
  const shown = (machines: MachineStatus[]) =>
    statusText({ stack: "dev", time: "", resourceGroups: [], rings: [], machines, people: [] });

  it("has one line a machine, short peer names, and no column that is empty", () => {
    const text = shown([status({ machine, state: "as wanted" }, "running")]);
    assert.equal(
      text,
      [
        "dev: 1 machine: 1 running; 1 as wanted.",
        "",
        "Machine  Person  Power    Private IPv4  Private IPv6       Identity               Last proof  Drift",
        "ada-1    ada     running  10.80.0.4     fd5a:9c2e:71b0::4  012345678901….PeerLab  not tested  as wanted",
      ].join("\n"),
    );
  });

  it("stays one line a machine with 60, within 140 columns, and says a reason of many once", () => {
    const keys = Array.from({ length: 60 }, (_, index) => `person${index}-machine`);
    const more = { ring: "canary", isSeed: true, publicIpv4: "203.0.113.200" };
    const found = { power: new Map(), checked: new Map() };
    const lines = shown(
      keys.map((key) => machineStatus(machineOf(key, { ...more }), {}, found)),
    ).split("\n");
    assert.ok(lines.length < 70, String(lines.length));
    assert.deepEqual(
      lines.filter((line) => line.length > 145),
      [],
    );
    assert.equal(lines.filter((line) => line.includes("unknown: not asked")).length, 1);
    assert.match(lines.join("\n"), /^60 machines \(person0-machine, .*\): unknown: not asked$/m);
  });
});
