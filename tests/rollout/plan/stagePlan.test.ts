import assert from "node:assert/strict";
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { planOf } from "../../../rollout/plan/stagePlan";

const lab = "peerlab:index:PeerLab";
const peer = "peerlab:index:WindowsPeer";
const vm = "azure-native:compute:VirtualMachine";
const command = "command:remote:Command";

/** A step as the engine tells of it: the types of the parents, and its own, are in the URN. */
function step(op: OpType, types: string, name: string): EngineEvent {
  const type = types.split("$").at(-1)!;
  const urn = `urn:pulumi:dev::peerlab::${types}::${name}`;
  return {
    sequence: 0,
    timestamp: 0,
    resourcePreEvent: { metadata: { op, urn, type, provider: "" }, planning: true },
  };
}

/** What the engine tells of a replacement, delete first. */
const replacement = (types: string, name: string) =>
  (["delete-replaced", "replace", "create-replacement"] as const).map((op) =>
    step(op, types, name),
  );

describe("what a preview plans", () => {
  it("is nothing without events", () => {
    assert.deepEqual(planOf([]), {
      create: 0,
      update: 0,
      replace: 0,
      delete: 0,
      same: 0,
      replacedMachines: [],
      deletedMachines: [],
      createdMachines: [],
      steps: [],
    });
  });

  it("counts a replacement once, and knows machines by their keys and steps by their names", () => {
    const events = [
      step("same", "pulumi:providers:azure-native", "default_3_28_0"),
      step("same", "pulumi:pulumi:Stack", "peerlab-dev"),
      step("same", lab, "lab"),
      step("same", `${lab}$${peer}`, "lab-ada-1"),
      ...replacement(`${lab}$${peer}$${vm}`, "lab-ada-1-vm"),
      ...replacement(`${lab}$${peer}$command:remote:CopyToRemote`, "lab-ada-1-guest-files"),
      step("update", `${lab}$azure-native:network:NetworkSecurityGroup`, "lab-nsg"),
      step("create", `${lab}$${peer}$${vm}`, "lab-vm-vm"),
      step("create", `${lab}$peerlab:index:SharedPeerIdentity$${command}`, "lab-ada.vm"),
      step("update", `${lab}$peerlab:index:PeerProof$${command}`, "lab-proof.ada-1-test"),
      step("same", `${lab}$peerlab:index:PeerProof$${command}`, "lab-proof.ada-2-test"),
      step(
        "create",
        `${lab}$${peer}$azure-native:compute:VirtualMachineRunCommandByVirtualMachine`,
        "lab-vm-preparation",
      ),
      step("delete", `${lab}$${peer}$${vm}`, "lab-grace-2-vm"),
      step("delete", `${lab}$${peer}$${command}`, "lab-grace-2-capability"),
    ];
    assert.deepEqual(planOf(events), {
      create: 3,
      update: 2,
      replace: 2,
      delete: 2,
      same: 4,
      replacedMachines: ["ada-1"],
      deletedMachines: ["grace-2"],
      createdMachines: ["vm"],
      steps: ["lab-ada-1-guest-files", "lab-ada.vm", "lab-proof.ada-1-test", "lab-vm-preparation"],
    });
  });

  it("takes a virtual machine for a machine of the lab only where it is a peer's", () => {
    const plan = planOf([
      step("delete", vm, "lab-jump-vm"),
      step("delete", `custom:index:Thing$${vm}`, "lab-thing-vm"),
      step("delete", `${peer}$${vm}`, "alone-vm"),
    ]);
    assert.equal(plan.delete, 3);
    assert.deepEqual(plan.deletedMachines, ["alone"]);
  });

  it("takes a key without the name of its own lab, where there are several", () => {
    const plan = planOf([
      step("same", lab, "lab"),
      step("same", lab, "lab-two"),
      step("delete", `${lab}$${peer}$${vm}`, "lab-two-ada-vm"),
      step("delete", `${lab}$${peer}$${vm}`, "lab-one-vm"),
    ]);
    assert.deepEqual(plan.deletedMachines, ["ada", "one"]);
  });
});
