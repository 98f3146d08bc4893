import * as assert from "node:assert/strict";
import { describe as inWords, exitCodeOf, table, type Checked } from "../../lab/checkMachines";
import { readMachines } from "../../lab/machinesInState";
import type { Stack, StateResource } from "../../lab/stack";

const urn = (type: string, name: string) => `urn:pulumi:test::own::${type}::${name}`;
const identity = urn("peerlab:index:SharedPeerIdentity", "ada");

/** The step of a machine, and the stash whose id is its trigger. */
function step(name: string, instance: string, trigger = `${name}-attempt`): StateResource[] {
  const request = { contract: 1, instance, guestFiles: "00", userPassword: "recorded" };
  return [
    {
      urn: urn("pulumi:index:Stash", name),
      type: "pulumi:index:Stash",
      id: `${name}-attempt`,
      parent: identity,
    },
    {
      urn: urn("command:remote:Command", name),
      type: "command:remote:Command",
      parent: identity,
      inputs: {
        create: "powershell.exe -File C:/ProgramData/PeerLab/peerlab.ps1 Set-PeerMachine",
        triggers: [trigger],
        connection: {
          host: `${instance}.example`,
          port: 22,
          user: "labuser",
          password: "recorded",
          hostKey: "ssh-ed25519 AAAA",
          proxy: { host: "jump.example", port: 22, user: "jump" },
        },
        stdin: JSON.stringify(request),
      },
    },
  ];
}

const stack = (resources: StateResource[], settings: Record<string, string> = {}) =>
  ({
    name: "test",
    resources: async () => resources,
    settings: async () => settings,
  }) as unknown as Stack;

describe("lab: what a check reads from a stack's state", () => {
  it("takes a machine of one's own as its step was last run, with the VM of its instance", async () => {
    const virtualMachine = {
      urn: urn("azure-native:compute:VirtualMachine", "desk"),
      type: "azure-native:compute:VirtualMachine",
      id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/desk",
      outputs: { vmId: "one" },
    };
    const [machine] = await readMachines(stack([...step("ada.desk", "one"), virtualMachine]), {});
    assert.equal(machine.machine, "desk");
    assert.equal(machine.virtualMachineId, virtualMachine.id);
    assert.deepEqual(machine.ask?.connection, {
      host: "one.example",
      port: 22,
      user: "labuser",
      password: "recorded",
      hostKey: "ssh-ed25519 AAAA",
      jumpHost: { host: "jump.example", port: 22, user: "jump" },
    });
    assert.equal(machine.ask?.request.userPassword, "recorded");
    assert.equal(machine.ask?.request.instance, "one");
  });

  it("prefers the jump host of the configuration to that of the environment, and this to the recorded one", async () => {
    const PEERLAB_JUMP_HOST = JSON.stringify({ host: "environment.example", user: "jump" });
    const resources = step("ada.desk", "one");
    const [fromEnvironment] = await readMachines(stack(resources), { PEERLAB_JUMP_HOST });
    assert.equal(fromEnvironment.ask?.connection.jumpHost?.host, "environment.example");
    const settings = { "own:jumpHost": '{"host":"configured.example","user":"jump","port":2222}' };
    const [configured] = await readMachines(stack(resources, settings), { PEERLAB_JUMP_HOST });
    const jumpHost = { host: "configured.example", user: "jump", port: 2222 };
    assert.deepEqual(configured.ask?.connection.jumpHost, jumpHost);
  });

  it("asks nothing of a machine whose step did not run for what is wanted, or was never reached", async () => {
    const lab = urn("peerlab:index:PeerLab", "lab");
    const component = {
      urn: urn("peerlab:index:WindowsPeer", "lab-new-1"),
      type: "peerlab:index:WindowsPeer",
      parent: lab,
    };
    const virtualMachine = {
      urn: urn("azure-native:compute:VirtualMachine", "lab-new-1-vm"),
      type: "azure-native:compute:VirtualMachine",
      id: "/its/id",
      parent: component.urn,
    };
    const resources = [...step("ada.old-1", "one", "an earlier id"), component, virtualMachine];
    assert.deepEqual(await readMachines(stack(resources), {}), [
      { machine: "new-1", virtualMachineId: "/its/id" },
      {
        machine: "old-1",
        virtualMachineId: undefined,
        privateIpv6: undefined,
        ask: undefined,
      },
    ]);
  });

  it("says of a stack without machines what makes them", async () => {
    await assert.rejects(readMachines(stack([]), {}), /stack test has no machines; pulumi up/);
  });
});

describe("lab: what a check says", () => {
  const wanted: Checked = { machine: "ada-1", state: "as wanted" };
  const drifted: Checked = { machine: "ada-2", state: "drifted", drift: ["one thing", "another"] };
  const waiting: Checked = { machine: "bob-1", state: "waiting", pending: ["reboot"] };
  const others: Checked[] = [
    { machine: "off", state: "off", power: "deallocated" },
    { machine: "silent", state: "silent", message: "nothing answers" },
    { machine: "unfinished", state: "unfinished" },
    { machine: "failed", state: "failed", code: "InvalidRequest", message: "It.", hint: "Do." },
  ];

  it("ends with 0, 2 for a machine that is not as wanted, else 1 for one that could not be asked", () => {
    assert.equal(exitCodeOf([wanted, wanted]), 0);
    assert.equal(exitCodeOf([wanted, drifted]), 2);
    assert.equal(exitCodeOf([wanted, waiting]), 2);
    for (const other of others) {
      assert.equal(exitCodeOf([wanted, other]), 1, other.state);
      assert.equal(exitCodeOf([other, drifted]), 2, other.state);
    }
  });

  it("has a line for each machine", () => {
    assert.equal(table([wanted, drifted]), "ada-1  as wanted\nada-2  drifted: one thing; another");
    assert.deepEqual([waiting, ...others].map(inWords), [
      "as wanted after: reboot",
      "off (deallocated), not asked",
      "does not answer (nothing answers): off, or not reachable",
      "its last update did not come to its end, not asked; pulumi up finishes it",
      "failed: InvalidRequest: It. Do.",
    ]);
  });
});
