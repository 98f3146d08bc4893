import * as fs from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { ObservedRequest, RequestObserver } from "../../local/provider";

/** Steps that reach a machine: through Azure's agent, or over SSH. */
const remoteTypes = [
  "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
  "command:remote:Command",
  "command:remote:CopyToRemote",
];

/** Lets the steps that reach machines go in rounds: none of a round begins before all that can begin are there. */
export interface StepRounds {
  /** For a lab project. */
  observe: RequestObserver;
  /** Follows an update that logs its events into this file; without one, nothing is held back. */
  follow(eventLog: string): void;
  end(): void;
}

/** So long nothing may happen, in the engine or at a provider, before the engine is taken to wait for what is held back. */
const quietMilliseconds = 4_000;

/**
 * An engine that is busy begins one step when another has long ended although neither waits for the other. Held back until
 * the engine has nothing else left to do, steps follow each other exactly where they wait for each other.
 */
export function openStepRounds(): StepRounds {
  let eventLog: string | undefined;
  let held: (() => void)[] = [];
  let open = 0;
  let lastMoved = Date.now();
  let size = 0;
  const release = () => {
    const steps = held;
    held = [];
    for (const go of steps) go();
  };
  const watch = async (file: string) => {
    while (eventLog === file) {
      await wait(200);
      const now = fs.existsSync(file) ? fs.statSync(file).size : 0;
      if (now !== size || open > 0 || held.length === 0) lastMoved = Date.now();
      size = now;
      if (Date.now() - lastMoved >= quietMilliseconds) {
        release();
        lastMoved = Date.now();
      }
    }
  };
  return {
    async observe({ moment, token, operation }: ObservedRequest) {
      lastMoved = Date.now();
      if (moment === "after") {
        open--;
        return;
      }
      const isStep = remoteTypes.includes(token) && ["create", "update"].includes(operation);
      if (isStep && eventLog !== undefined) await new Promise<void>((go) => held.push(go));
      open++;
    },
    follow(file) {
      eventLog = file;
      size = 0;
      void watch(file);
    },
    end() {
      eventLog = undefined;
      release();
    },
  };
}

interface EngineEvent {
  resourcePreEvent?: { metadata: StepMetadata };
  resOutputsEvent?: { metadata: StepMetadata };
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
  new?: { inputs?: { create?: unknown } };
}

/**
 * The longest chain of steps of which each began after the one before had ended, read from an engine's event log; names of
 * the resources, in order.
 */
export function longestChain(eventLog: string): string[] {
  const longest = new Map<string, string[]>();
  const begun = new Map<string, string[]>();
  let best: string[] = [];
  for (const line of fs.readFileSync(eventLog, "utf8").split("\n")) {
    if (line.trim() === "") continue;
    const { resourcePreEvent, resOutputsEvent } = JSON.parse(line) as EngineEvent;
    const began = stepOf(resourcePreEvent?.metadata);
    if (began) {
      const before = [...longest.values()].reduce(
        (most, chain) => (chain.length > most.length ? chain : most),
        [] as string[],
      );
      begun.set(began, [...before, began]);
    }
    const ended = stepOf(resOutputsEvent?.metadata);
    const chain = ended === undefined ? undefined : begun.get(ended);
    if (ended === undefined || chain === undefined) continue;
    longest.set(ended, chain);
    if (chain.length > best.length) best = chain;
  }
  return best;
}

/** A command without a command line is none: it reaches nobody. */
function stepOf(metadata: StepMetadata | undefined) {
  if (!metadata || !remoteTypes.includes(metadata.type)) return undefined;
  if (metadata.type.endsWith(":Command") && metadata.new?.inputs?.create === undefined)
    return undefined;
  const runs = ["create", "update", "create-replacement"].includes(metadata.op);
  return runs ? metadata.urn.split("::").at(-1) : undefined;
}
