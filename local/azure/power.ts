import type { Azure } from "./arm/azure";
import type { VirtualMachineAssigned } from "./arm/model";
import { assignedOf } from "./arm/model";
import type { AzureResource } from "./arm/store";

/** The power of virtual machines, which no PUT changes. */
export interface PowerSwitch {
  /** Switches a machine at once. */
  set(machineId: string, power: "running" | "deallocated"): Promise<void>;
  /** Begins to start a machine that is off; a `delay` fault for `start` keeps it starting that long. */
  begin(machineId: string): void;
}

/** Finishes what a stand-in that was ended left half started. */
export function openPowerSwitch(azure: Azure): PowerSwitch {
  const { store, windows, journal, faults } = azure;
  const note = (machine: AzureResource, power: VirtualMachineAssigned["power"]) => {
    store.put({ ...machine, assigned: { ...machine.assigned, power } });
    journal.write({ kind: "machine", subject: machine.id, what: `power ${power}` });
  };
  const set = async (machineId: string, power: "running" | "deallocated") => {
    const machine = store.get(machineId);
    if (!machine) return;
    note(machine, power);
    await windows.setPower(assignedOf<VirtualMachineAssigned>(machine).vmId, power);
  };
  const finish = async (machineId: string, milliseconds: number) => {
    if (milliseconds > 0) await azure.pause(milliseconds);
    const machine = store.get(machineId);
    // It may be deleted or switched off again by now.
    if (machine && powerOf(machine) === "starting") await set(machineId, "running");
  };
  const finishLater = (machineId: string, milliseconds: number) => {
    finish(machineId, milliseconds).catch((error: unknown) =>
      journal.write({
        kind: "machine",
        subject: machineId,
        what: "start",
        outcome: error instanceof Error ? error.message : String(error),
      }),
    );
  };
  for (const machine of store.ofType("Microsoft.Compute/virtualMachines")) {
    if (powerOf(machine) === "starting") finishLater(machine.id, 0);
  }
  return {
    set,
    begin(machineId) {
      const machine = store.get(machineId);
      if (!machine || powerOf(machine) !== "deallocated") return;
      note(machine, "starting");
      const delay = faults.take("delay", machineId, "start");
      finishLater(machineId, delay ? (delay.milliseconds ?? 1000) : 0);
    },
  };
}

function powerOf(machine: AzureResource): VirtualMachineAssigned["power"] {
  return assignedOf<VirtualMachineAssigned>(machine).power;
}
