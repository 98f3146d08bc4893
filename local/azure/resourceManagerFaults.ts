import type { Azure } from "./arm/azure";
import { AzureError } from "./arm/error";
import type { AzureResource } from "./arm/store";
import type { PowerGoal, PowerOperation, PowerSwitch } from "./power";
import type { Answer } from "./resourceManagerRequests";

/**
 * Too many requests, where a fault says so; its `milliseconds` are what `Retry-After` says, in whole seconds.
 * https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/troubleshooting-throttling-errors
 */
export function throttled(
  machine: AzureResource,
  operation: string,
  { faults, journal }: Azure,
): Answer | undefined {
  const fault = faults.take("throttled", machine.id, operation);
  if (!fault) return undefined;
  const seconds = Math.max(1, Math.ceil((fault.milliseconds ?? 1000) / 1000));
  const outcome = `429 OperationNotAllowed, Retry-After ${seconds}`;
  journal.write({ kind: "azure", subject: machine.id, what: operation, outcome });
  return {
    status: 429,
    headers: { "Retry-After": String(seconds) },
    body: {
      error: {
        code: "OperationNotAllowed",
        message:
          "The server rejected the request because too many requests have been received for this subscription.",
        details: [{ code: "TooManyRequests" }],
      },
    },
  };
}

/** A fault stands in for what Azure may have against it: at once, or after it was accepted where its moment is later. */
export function begin(
  machine: AzureResource,
  goal: PowerGoal,
  what: string,
  { faults, journal }: Azure,
  power: PowerSwitch,
): PowerOperation {
  const note = (outcome: string) =>
    journal.write({ kind: "azure", subject: machine.id, what, outcome });
  const fault = faults.take("failRequest", machine.id, what);
  const failure = fault && failures[goal]();
  const isLater = fault?.moment === "during" || fault?.moment === "after";
  try {
    if (failure && !isLater) throw failure;
    power.requireFree(machine.id, goal);
  } catch (error) {
    note((error as Error).message);
    throw error;
  }
  note(failure ? `accepted, then ${failure.message}` : "accepted");
  return power.begin(machine.id, goal, failure);
}

const failures: { [goal in PowerGoal]: () => AzureError } = {
  running: () =>
    new AzureError(
      409,
      "AllocationFailed",
      "Allocation failed. We do not have sufficient capacity for the requested VM size in this region.",
    ),
  deallocated: () =>
    new AzureError(
      409,
      "OperationNotAllowed",
      "Operation 'deallocate' is not allowed on the VM now. Please try again later.",
    ),
};
