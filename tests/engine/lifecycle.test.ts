import * as assert from "node:assert/strict";
import { engineTimeout, openLabProject, reached, type LabProject, type Run } from "./labProject";
import { guestOf, heldIdentities, urnOf, virtualMachineOf } from "./labState";
import { stepsInTable, stepsOf } from "./lifecycleTable";

type Machines = Record<string, Record<string, unknown>>;
interface Definition extends Record<string, unknown> {
  people: Record<string, { displayName?: string; machines: Machines }>;
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
    return run;
  };
  const machine = (key: string) =>
    definition.people[key.split("-")[0]].machines as Record<string, Record<string, unknown>>;
  const prover = "prover, if it is that one";

  it("a new lab", async () => {
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("a new lab", {
        each: ["ada-1", "ada-2", "grace-1"],
        makers: ["ada-1", "grace-1"],
        prover: ["ada-1"],
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
        "new prover of the old image": ["ada-2"],
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
      stepsInTable("a property that replaces", { "that one": ["ada-2"], [prover]: ["ada-2"] }),
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
          [prover]: ["ada-1"],
        }),
      );
    });
  }

  it("a machine that comes, whose key is the first", async () => {
    machine("ada-0")["ada-0"] = {};
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("a machine is added", { "that one": ["ada-0"], [prover]: ["ada-0"] }),
    );
  });

  it("a machine that goes, that was prover", async () => {
    delete machine("ada-0")["ada-0"];
    assert.deepEqual(stepsOf(await up()), ["ada-2: Test-PeerCapability"]);
  });

  it("a machine that goes, that was maker and seed", async () => {
    delete machine("ada-1")["ada-1"];
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("the machine is removed that was", {
        // It was the only one of its image.
        "next prover": [],
        "next seed": ["ada-2"],
      }),
    );
  });

  it("a machine that is renamed", async () => {
    machine("grace-1")["grace-9"] = {};
    delete machine("grace-1")["grace-1"];
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("a machine is renamed", { "that one": ["grace-9"], [prover]: [] }),
    );
  });

  it("another seed", async () => {
    definition.seeds = ["grace-9"];
    assert.deepEqual(
      stepsOf(await up()),
      stepsInTable("`seeds`", { "old and new seed": ["ada-2", "grace-9"] }),
    );
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
