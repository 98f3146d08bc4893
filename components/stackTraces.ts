type PrepareStackTrace = NonNullable<typeof Error.prepareStackTrace>;

/** Functions of Pulumi's SDK that ask for a stack trace each time, and show it to nobody unless it is debugged. */
const askedInVain = new Set(["debuggablePromise", "callsites"]);

/**
 * For the first line of a program with many resources: Pulumi's SDK takes several stack traces for each resource, and writing them
 * with the lines of the TypeScript source takes longer than all its other work, while nobody sees them. After this call these are
 * left empty; the stack trace of every error, one thrown by the program or by Pulumi, is as it was. What is lost: the source
 * positions of resources in the stack's state, and the traces of promises that `PULUMI_DEBUG_PROMISE_LEAKS` names.
 *
 * It changes `Error.prepareStackTrace`, which belongs to the whole process. So a program does it, and no component does. Without
 * effect where the environment variable `PEERLAB_STACK_TRACES` is set, for debugging.
 */
export function leanStackTraces(): void {
  if (process.env.PEERLAB_STACK_TRACES) return;
  const before: PrepareStackTrace = Error.prepareStackTrace ?? written;
  Error.prepareStackTrace = (error, frames) =>
    askedInVain.has(frames[0]?.getFunctionName() ?? "") ? "" : before(error, frames);
}

/** As V8 writes it itself. */
function written(error: Error, frames: NodeJS.CallSite[]): string {
  return [String(error), ...frames.map((frame) => `    at ${String(frame)}`)].join("\n");
}
