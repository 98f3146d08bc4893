import type { Azure } from "../arm/azure";
import { AzureError } from "../arm/error";

export type Operation = "create" | "update" | "delete" | "read" | "invoke";

/**
 * Runs a request with the faults that were asked for around it, and tells the journal how it ended. `subject` is what a
 * fault's `match` is compared with: the type's token, the logical name and the id. `afterEffect` says how the request
 * fails when its effect has happened.
 */
export async function withFaults<T>(
  azure: Azure,
  operation: Operation,
  subject: { token: string; name: string; id: string },
  run: () => Promise<T>,
  afterEffect: (result: T, error: AzureError) => Error = (_result, error) => error,
): Promise<T> {
  const text = `${subject.token} ${subject.name} ${subject.id}`;
  const quiet = operation === "read" || operation === "invoke";
  const note = (outcome: string) =>
    azure.journal.write({
      kind: "azure",
      subject: subject.id || subject.token,
      what: operation,
      outcome,
    });
  try {
    const delay = azure.faults.take("delay", text, operation);
    if (delay) await azure.pause(delay.milliseconds ?? 1000);
    if (azure.faults.take("failRequest", text, operation)) throw asked("refused", operation);
    const result = await run();
    if (azure.faults.take("failAfterEffect", text, operation)) {
      throw afterEffect(result, asked("carried out and then lost", operation));
    }
    if (!quiet) note("ok");
    return result;
  } catch (error) {
    note(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

function asked(how: string, operation: Operation): AzureError {
  return new AzureError(
    500,
    "InternalServerError",
    `Encountered internal server error: the ${operation} request was ${how}, as a fault of the stand-in asked for.`,
  );
}
