import * as assert from "node:assert/strict";
import {
  engineTimeout,
  openLabProject,
  reached,
  tested,
  type LabProject,
  type Run,
} from "./labProject";
import { guestOf, heldIdentities, urnOf, virtualMachineOf } from "./labState";
import { stepsInTable, stepsOf } from "./lifecycleTable";

type Machines = Record<string, Record<string, unknown>>;
interface Definition extends Record<string, unknown> {
  people: Record<
    string,
    { displayName?: string; machines: Machines; services?: Record<string, object> }
  >;
}

describe("engine: what a change to machines lets run, compared with docs/lifecycle.md", function () {
  this.timeout(240_000);
  let lab: LabProject;
  let definition: Definition;
  let names: Record<string, string>;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    definition = {
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: {
        ada: { machines: { "ada-1": {}, "ada-2": {} } },
        grace: { machines: { "grace-1": {} } },
      },
    };
  });
  after(() => lab?.close());

  /** Brings the lab to the definition as it is now; everything that is expected of every change is looked at here. */
  const up = async (...args: string[]): Promise<Run> => {
    lab.configure(definition);
    const run = await lab.up(...args);
    assert.equal(run.code, 0, run.output);
    const { machines } = await lab.outputs();
    const wanted = Object.values(definition.people).flatMap((person) =>
      Object.keys(person.machines),
    );
    assert.deepEqual(Object.keys(machines).sort(), wanted.sort());
    for (const key of wanted) {
      assert.equal(machines[key].ready, true, key);
      const person = machines[key].person as string;
      names ??= {};
      names[person] ??= machines[key].peerName;
      assert.equal(machines[key].peerName, names[person], `the peer name of ${key}`);
      assert.deepEqual(heldIdentities(lab)[key], [names[person]], `what ${key} holds`);
    }
    const guests = lab.standIn.windows.machines().map(({ facts }) => facts.computerName);
    assert.deepEqual(guests.sort(), wanted.sort(), "the machines there are");
    const testers = tested(run);
    for (const step of stepsOf(run)) {
      if (!step.endsWith(": Set-PeerMachine")) continue;
      const [key] = step.split(": ");
      assert.ok(testers.includes(key), `${key} went through its step and is proved`);
    }
    return run;
  };
  const machine = (key: string) =>
    definition.people[key.split("-")[0]].machines as Record<string, Record<string, unknown>>;
  const seed = "seed, if it is that one";
  const addressOf = (key: string) =>
    lab.outputs().then(({ machines }) => machines[key].privateIpv6);
  /** The addresses behind the seeds' name. */
  const seedAddresses = async (): Promise<string[]> => {
    const record = (await lab.resources()).find(({ type }) => type.endsWith(":PrivateRecordSet"));
    const { aaaaRecords } = record?.outputs as { aaaaRecords: { ipv6Address: string }[] };
    return aaaaRecords.map(({ ipv6Address }) => ipv6Address);
  };

  it("a new lab", async () => {
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("a new lab", {
        each: ["ada-1", "ada-2", "grace-1"],
        makers: ["ada-1", "grace-1"],
        seed: ["ada-1"],
      }),
    );
  });

  it("another order of people and machines, another display name", async () => {
    const { ada, grace } = definition.people;
    const machines = Object.fromEntries(Object.entries(ada.machines).reverse());
    definition.people = { grace, ada: { machines } };
    assert.deepEqual(reached(await up("--expect-no-changes")), []);
    definition.people.grace.displayName = "Grace Hopper";
    const run = await up();
    assert.deepEqual(stepsOf(run), stepsInTable("`displayName`, or the order"));
    assert.deepEqual(reached(run), []);
    assert.equal((await lab.outputs()).people.grace.displayName, "Grace Hopper");
  });

  it("another image of the maker", async () => {
    machine("ada-1")["ada-1"] = { image: "windows-10" };
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("its image", {
        "that one": ["ada-1"],
        [seed]: ["ada-1"],
      }),
    );
  });

  it("a size that Azure changes in place", async () => {
    machine("ada-2")["ada-2"] = { size: "Standard_D4s_v5" };
    const run = await up();
    assert.deepEqual(stepsOf(run), stepsInTable("`size`, where Azure changes it in place"));
    assert.deepEqual(reached(run), []);
  });

  it("a size that cannot be changed in place", async () => {
    machine("ada-2")["ada-2"] = { size: "Standard_D4ds_v5" };
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("a property that replaces", {
        "that one": ["ada-2"],
        [seed]: [],
      }),
    );
  });

  for (const way of ["refresh", "up --refresh", "a plain up"] as const) {
    it(`a machine deleted outside Pulumi, found by ${way}`, async () => {
      await lab.standIn.azure.deleteResource(virtualMachineOf(lab, "ada-1"));
      if (way === "refresh") {
        const refresh = await lab.pulumi("refresh", "--yes", "--skip-preview", "--stack", "test");
        assert.equal(refresh.code, 0, refresh.output);
      }
      const run = await up(...(way === "up --refresh" ? ["--refresh"] : []));
      assert.deepEqual(
        stepsOf(run),
        stepsInTable("a machine was deleted outside", {
          "that one": ["ada-1"],
          [seed]: ["ada-1"],
        }),
      );
    });
  }

  it("a machine that comes, whose key is the first", async () => {
    machine("ada-0")["ada-0"] = {};
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("a machine is added", { "that one": ["ada-0"] }),
    );
  });

  it("a machine that goes, that was prover", async () => {
    delete machine("ada-0")["ada-0"];
    assert.deepEqual(stepsOf(await up()), []);
  });

  it("a machine that goes, that was maker and seed", async () => {
    delete machine("ada-1")["ada-1"];
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("the machine is removed that was", {
        "next seed": ["ada-2"],
      }),
    );
  });

  it("a machine that is renamed", async () => {
    machine("grace-1")["grace-9"] = {};
    delete machine("grace-1")["grace-1"];
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("a machine is renamed", { "that one": ["grace-9"] }),
    );
  });

  /** The row of the table that a change of seeds is compared with. */
  const seedsBecome = async (seeds: string[], changed: string[], added: string[]) => {
    definition.seeds = seeds;
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("`seeds`", {
        "each whose part changes": changed,
        "each that is named anew": added,
      }),
    );
    const addresses = await Promise.all(seeds.map(addressOf));
    assert.deepEqual(await seedAddresses(), addresses.sort());
  };
  it("another seed", () => seedsBecome(["grace-9"], ["ada-2", "grace-9"], ["grace-9"]));
  it("a seed more", () => seedsBecome(["grace-9", "ada-2"], ["ada-2"], ["ada-2"]));
  it("seeds in another order", () => seedsBecome(["ada-2", "grace-9"], [], []));
  it("a seed less", () => seedsBecome(["grace-9"], ["ada-2"], []));
  it("a seed that is replaced", async () => {
    const before = await seedAddresses();
    machine("grace-9")["grace-9"] = { timeZone: "W. Europe Standard Time" };
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("a property that replaces", {
        "that one": ["grace-9"],
        [seed]: ["grace-9"],
      }),
    );
    assert.deepEqual(await seedAddresses(), before);
  });

  it("a seed outside of the lab, in a network that is peered with it", async () => {
    definition.peerSources = ["fd00:7::/64"];
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("`graphPorts`, and other rules of the network", { each: ["ada-2", "grace-9"] }),
    );
    definition.externalSeeds = ["fd00:7::4"];
    const run = await up();
    assert.deepEqual(stepsOf(run), stepsInTable("`externalSeeds`"));
    assert.deepEqual(tested(run), ["ada-2", "grace-9"]);
    assert.deepEqual(await seedAddresses(), ["fd00:7::4", await addressOf("grace-9")]);
  });

  const openOn = (key: string) =>
    guestOf(lab, key)
      .record.firewallRules.filter(({ name }) => /^PeerLab-Service-.*-IPv6$/.test(name))
      .map(({ name }) => name.split("-")[2])
      .sort();
  it("services of one person, and then of another on the same port", async () => {
    definition.people.ada.services = { chat: { port: 5001 }, files: { port: 5002 } };
    const hers = { hers: ["ada-2"] };
    assert.deepEqual(stepsOf(await up()), stepsInTable("`services`: a port", hers));
    assert.deepEqual([openOn("ada-2"), openOn("grace-9")], [["5001", "5002"], []]);
    definition.people.grace.services = { game: { port: 5001 } };
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("`services`: a port", { hers: ["grace-9"] }),
    );
    assert.deepEqual([openOn("ada-2"), openOn("grace-9")], [["5001", "5002"], ["5001"]]);
  });
  it("another name or comment of a service on the same port", async () => {
    definition.people.ada.services = { talk: { port: 5001, comment: "v2" }, files: { port: 5002 } };
    assert.deepEqual(stepsOf(await up()), stepsInTable("`services`: a name", { hers: ["ada-2"] }));
  });
  it("a service less", async () => {
    definition.people.ada.services = { talk: { port: 5001, comment: "v2" } };
    assert.deepEqual(stepsOf(await up()), stepsInTable("`services`: a port", { hers: ["ada-2"] }));
    assert.deepEqual([openOn("ada-2"), openOn("grace-9")], [["5001"], ["5001"]]);
  });

  it("a public address of the maker", async () => {
    machine("ada-2")["ada-2"].publicIpv6 = true;
    const run = await up();
    assert.deepEqual(stepsOf(run), stepsInTable("`publicIpv6`"));
    assert.deepEqual(reached(run), []);
  });

  it("another jump host", async () => {
    const { host, port, user, password, hostKey, privateAddress } = lab.standIn.jumpHost;
    assert.equal(host, "127.0.0.1");
    definition.jumpHost = { host: "localhost", port, user, password, hostKey, privateAddress };
    const run = await up();
    assert.deepEqual(stepsOf(run), stepsInTable("the jump host"));
    assert.deepEqual(reached(run), []);
  });

  it("another preparation of the maker", async () => {
    machine("ada-2")["ada-2"].openSshMsi = "https://example.org/OpenSSH-Win64.msi";
    assert.deepEqual(stepsOf(await up()), stepsInTable("`openSshMsi`", { "that one": ["ada-2"] }));
  });

  it("the pinned host key of the maker, taken anew by force", async () => {
    const run = await up("--replace", await urnOf(lab, "lab-ada-2-host-key"));
    assert.deepEqual(reached(run), []);
  });

  it("a machine put right on demand, once, and not again when that is taken away", async () => {
    const { record } = guestOf(lab, "ada-2");
    const isWhole = () =>
      record.services.PNRPsvc.status === "Running" &&
      record.firewallRules.every(({ name, enabled }) => enabled || !name.startsWith("PeerLab-"));
    assert.ok(isWhole());
    record.firewallRules.find(({ name }) => name.startsWith("PeerLab-"))!.enabled = false;
    record.services.PNRPsvc.status = "Stopped";
    assert.deepEqual(stepsOf(await up("--expect-no-changes")), []);
    assert.ok(!isWhole());
    definition.reconcile = { token: "2026-11-23", machines: ["ada-2"] };
    const run = await up();
    assert.deepEqual(
      stepsOf(run),
      stepsInTable("`reconcile` gets a new token", { named: ["ada-2"] }),
    );
    assert.ok(isWhole());
    assert.deepEqual(stepsOf(await up("--expect-no-changes")), []);
    definition.reconcile = { token: "2026-11-24", machines: ["grace-9"] };
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("`reconcile` gets a new token", { named: ["grace-9"] }),
    );
    delete definition.reconcile;
    const away = await up();
    assert.deepEqual(stepsOf(away), stepsInTable("`reconcile` is taken away"));
  });

  it("the policies for machines that are off or silent", async () => {
    Object.assign(definition, { whenOff: "skip", answerTimeoutSeconds: 60 });
    assert.deepEqual(stepsOf(await up()), stepsInTable("`whenOff`"));
  });

  it("nothing at all", async () => {
    assert.deepEqual(stepsOf(await up("--expect-no-changes")), stepsInTable("nothing; also after"));
  });

  it("destroy", async () => {
    const run = await lab.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(stepsOf(run), stepsInTable("`pulumi destroy`"));
    assert.deepEqual(lab.standIn.azure.resources(), []);
  });
});
