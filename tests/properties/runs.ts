import * as crypto from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as debuggable from "@pulumi/pulumi/runtime/debuggable";

/** How a run of the property tests is repeated, and how long it is. */
export interface Run {
  /** `PEERLAB_PROPERTY_SEED`, else another one each time. */
  seed: number;
  /** Definitions, half of them valid and half damaged: `PEERLAB_PROPERTY_RUNS`, else 10,000. */
  definitions: number;
}

export const run: Run = {
  seed: whole("PEERLAB_PROPERTY_SEED") ?? crypto.randomInt(2 ** 31),
  definitions: whole("PEERLAB_PROPERTY_RUNS") ?? 10_000,
};

/** Said before each property, so that a run that was ended can be repeated too. */
export function sayRun(): void {
  console.log(
    `      ${run.definitions} definitions; PEERLAB_PROPERTY_SEED=${run.seed} repeats them`,
  );
}

function whole(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined || text === "") return undefined;
  if (!/^-?[0-9]+$/.test(text)) throw new Error(`${variable} is ${text}; it is a whole number`);
  return Number(text);
}

/**
 * Thousands of programs in one process: Pulumi takes a stack trace for each resource and keeps account of each promise, which
 * costs more than all the rest of a small program, and says each warning and note of the library on the screen. Undone by what is returned.
 */
export function quietly(): () => void {
  const resource = pulumi.Resource as unknown as { callsites(): unknown[] };
  const promises = debuggable as { debuggablePromise<T>(promise: Promise<T>): Promise<T> };
  const log = pulumi.log as Pick<typeof pulumi.log, "warn" | "info">;
  const { stackTraceLimit } = Error;
  const { callsites } = resource;
  const { debuggablePromise } = promises;
  const { warn, info } = log;
  Error.stackTraceLimit = 0;
  resource.callsites = () => [];
  promises.debuggablePromise = (promise) => promise;
  log.warn = log.info = async () => undefined;
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
    resource.callsites = callsites;
    promises.debuggablePromise = debuggablePromise;
    Object.assign(log, { warn, info });
  };
}
