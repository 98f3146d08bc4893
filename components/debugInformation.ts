import { createRequire } from "node:module";

type PrepareStackTrace = NonNullable<typeof Error.prepareStackTrace>;

/** Functions of Pulumi's SDK that ask for a stack trace each time, and show it to nobody unless it is debugged. */
const askedInVain = new Set(["debuggablePromise", "callsites"]);

/**
 * For the first line of a program with many resources: leaves out what Pulumi's SDK gathers for its own debugging, which takes longer
 * than all its other work. For each resource it writes several stack traces, with the lines of the TypeScript source, and sends
 * three debug messages to the engine, one after the other. What is lost: the SDK's messages, and the program's own
 * `pulumi.log.debug`, in `--debug` and in an event log, the source positions of resources in the stack's state, and the traces of
 * promises that `PULUMI_DEBUG_PROMISE_LEAKS` names. The stack trace of every error, one thrown by the program or by Pulumi, is as it
 * was.
 *
 * It changes `Error.prepareStackTrace` and the SDK's own `log.debug`, which belong to the whole process. So a program does it, and no
 * component does. Without effect where the environment variable `PEERLAB_DEBUG` is set.
 */
export function skipDebugInformation(): void {
  if (process.env.PEERLAB_DEBUG) return;
  Error.prepareStackTrace = withoutThoseAskedInVain();

  // The very module that the SDK's parts call; a namespace import would be a copy.
  const log = createRequire(__filename)("@pulumi/pulumi/log") as { debug: () => Promise<void> };
  log.debug = () => Promise.resolve();
}

/**
 * Leaves the same stack traces out while something is declared, for programs that do not: what a component does in its own
 * constructor, where it ends before anybody else goes on.
 */
export function withoutStackTraces<T>(declare: () => T): T {
  if (process.env.PEERLAB_DEBUG) return declare();
  const before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  Error.prepareStackTrace = withoutThoseAskedInVain();
  try {
    return declare();
  } finally {
    if (before) Object.defineProperty(Error, "prepareStackTrace", before);
    else Reflect.deleteProperty(Error, "prepareStackTrace");
  }
}

function withoutThoseAskedInVain(): PrepareStackTrace {
  const before: PrepareStackTrace = Error.prepareStackTrace ?? written;
  return (error, frames) => (isAskedInVain(frames[0]) ? "" : before(error, frames));
}

/** By name and file: a function of a program may have the same name. */
function isAskedInVain(frame: NodeJS.CallSite | undefined): boolean {
  return (
    askedInVain.has(frame?.getFunctionName() ?? "") &&
    /[\\/]@pulumi[\\/]pulumi[\\/]/.test(frame?.getFileName() ?? "")
  );
}

/** As V8 writes it itself. */
function written(error: Error, frames: NodeJS.CallSite[]): string {
  return [String(error), ...frames.map((frame) => `    at ${String(frame)}`)].join("\n");
}
