import * as crypto from "node:crypto";
import type { Azure } from "./arm/azure";
import { AzureError } from "./arm/error";
import { idKey } from "./arm/id";
import type { VirtualMachineAssigned } from "./arm/model";
import { assignedOf } from "./arm/model";
import type { AzureResource } from "./arm/store";

/** What a machine can be switched to. */
export type PowerGoal = "running" | "deallocated";

/** A start or a deallocation, as Azure Resource Manager tells of it. */
export interface PowerOperation {
  id: string;
  machineId: string;
  goal: PowerGoal;
  status: "InProgress" | "Succeeded" | "Failed" | "Canceled";
  /** ISO times. */
  startTime: string;
  endTime?: string;
  /** Why it failed, or by what it was cancelled. */
  error?: AzureError;
}

/** The power of virtual machines, which no PUT changes. */
export interface PowerSwitch {
  /** Switches a machine at once, as somebody else would; what was under way is preempted. */
  set(machineId: string, power: PowerGoal): Promise<void>;
  /** Throws what Azure answers where the opposite is under way. */
  requireFree(machineId: string, goal: PowerGoal): void;
  /**
   * Begins to switch a machine; a `delay` fault for `start` or `deallocate` keeps it under way that long. With `failure` it
   * fails after it was accepted, and the machine is as it was.
   */
  begin(machineId: string, goal: PowerGoal, failure?: AzureError): PowerOperation;
  /** An operation that was begun since the stand-in was started. */
  operation(id: string): PowerOperation | undefined;
}

const ways = {
  running: { operation: "start", meanwhile: "starting", opposite: "deallocating" },
  deallocated: { operation: "deallocate", meanwhile: "deallocating", opposite: "starting" },
} as const;

/** Finishes what a stand-in that was ended left half started or half deallocated. */
export function openPowerSwitch(azure: Azure): PowerSwitch {
  const { store, windows, journal, faults } = azure;
  const operations = new Map<string, PowerOperation>();
  /** How often a machine's power was changed: what an earlier change left waiting is no longer meant. */
  const changes = new Map<string, number>();
  const changed = (machineId: string) => {
    const count = (changes.get(idKey(machineId)) ?? 0) + 1;
    changes.set(idKey(machineId), count);
    return count;
  };
  const note = (machine: AzureResource, power: VirtualMachineAssigned["power"]) => {
    store.put({ ...machine, assigned: { ...machine.assigned, power } });
    journal.write({ kind: "machine", subject: machine.id, what: `power ${power}` });
  };
  /** Ends what is under way on a machine. */
  const end = (machineId: string, status: PowerOperation["status"], error?: AzureError) => {
    for (const operation of operations.values()) {
      if (operation.status !== "InProgress" || idKey(operation.machineId) !== idKey(machineId))
        continue;
      Object.assign(operation, { status, error, endTime: new Date().toISOString() });
    }
  };
  /** The newer operation wins, and the older one says so. */
  const preempt = (machineId: string) => end(machineId, "Canceled", preempted());
  const set = async (machineId: string, power: PowerGoal) => {
    const machine = store.get(machineId);
    if (!machine) return;
    note(machine, power);
    await windows.setPower(assignedOf<VirtualMachineAssigned>(machine).vmId, power);
  };
  const finish = async (machineId: string, goal: PowerGoal, milliseconds: number) => {
    const change = changed(machineId);
    const before = store.get(machineId);
    // Windows goes down first; only then is its host given back.
    if (before && goal === "deallocated") {
      await windows.setPower(assignedOf<VirtualMachineAssigned>(before).vmId, goal);
    }
    if (milliseconds > 0) await azure.pause(milliseconds);
    const machine = store.get(machineId);
    // It may be deleted or switched by somebody else by now.
    if (!machine) return preempt(machineId);
    if (changes.get(idKey(machineId)) !== change) return;
    await set(machineId, goal);
    end(machineId, "Succeeded");
  };
  const finishLater = (machineId: string, goal: PowerGoal, milliseconds: number) =>
    finish(machineId, goal, milliseconds).catch((error: unknown) => {
      journal.write({
        kind: "machine",
        subject: machineId,
        what: ways[goal].operation,
        outcome: error instanceof Error ? error.message : String(error),
      });
      end(machineId, "Failed", broken());
    });
  for (const machine of store.ofType("Microsoft.Compute/virtualMachines")) {
    const power = powerOf(machine);
    if (power === "starting") void finishLater(machine.id, "running", 0);
    if (power === "deallocating") void finishLater(machine.id, "deallocated", 0);
  }
  return {
    async set(machineId, power) {
      preempt(machineId);
      changed(machineId);
      await set(machineId, power);
    },
    operation: (id) => operations.get(id),
    requireFree(machineId, goal) {
      const machine = store.get(machineId);
      if (machine && powerOf(machine) === ways[goal].opposite) throw conflict();
    },
    begin(machineId, goal, failure) {
      const machine = store.get(machineId) as AzureResource;
      const { operation: name, meanwhile } = ways[goal];
      preempt(machineId);
      const operation: PowerOperation = {
        id: crypto.randomUUID(),
        machineId,
        goal,
        status: "InProgress",
        startTime: new Date().toISOString(),
      };
      operations.set(operation.id, operation);
      if (failure) end(machineId, "Failed", failure);
      else if (powerOf(machine) === goal) end(machineId, "Succeeded");
      else if (powerOf(machine) !== meanwhile) {
        note(machine, meanwhile);
        const delay = faults.take("delay", machineId, name);
        void finishLater(machineId, goal, delay ? (delay.milliseconds ?? 1000) : 0);
      }
      return operation;
    },
  };
}

function powerOf(machine: AzureResource): VirtualMachineAssigned["power"] {
  return assignedOf<VirtualMachineAssigned>(machine).power;
}

/**
 * Azure's answer to an operation on a machine that another one has begun to change (Azure/azure-cli issue 15765). That a start
 * during a deallocation is one of those is general knowledge: others report that the newer one wins. The harder of the two is played.
 */
function conflict(): AzureError {
  return new AzureError(
    409,
    "Conflict",
    "The request failed due to conflict with a concurrent request. To resolve it, please refer to " +
      "https://aka.ms/activitylog to get more details on the conflicting requests.",
  );
}

function preempted(): AzureError {
  return new AzureError(
    409,
    "OperationPreempted",
    "Operation execution has been preempted by a more recent operation.",
  );
}

function broken(): AzureError {
  return new AzureError(
    500,
    "InternalExecutionError",
    "An internal execution error occurred. Please retry later.",
  );
}
