import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { Journal } from "../journal";
import {
  diffProperties,
  markReplacements,
  observed,
  ProviderError,
  serveProvider,
  type ProviderHandlers,
  type RequestObserver,
} from "../provider";
import {
  checkCommand,
  commandType,
  createCommand,
  deleteCommand,
  uniqueId,
  updateCommand,
} from "./commandResource";
import { checkCopy, copyToRemote, copyType, needsCopy } from "./copyResource";
import type { Dialed } from "./dialing";

/** The version of `@pulumi/command` whose behaviour is played. */
const version = "1.2.1";

export interface CommandProviderOptions {
  journal: Journal;
  /**
   * Opens a connection to an address other than loopback; undefined where nobody has it. Loopback is dialled by TCP.
   */
  connect: (host: string, port: number) => Duplex | undefined;
  /** Awaited around every request of the engine. */
  observe?: RequestObserver;
  port?: number;
  /** What relative paths of assets start from; the folder this process runs in unless given. */
  workingDirectory?: string;
  /** Waits between two dials; a test that does not want to wait gives its own. */
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Serves the resources `remote.Command` and `remote.CopyToRemote` of the command provider, with its inputs, errors, updates
 * and replacements. It differs in two points: a connection is closed when its command ends, and output with which the
 * genuine one hangs for ever is an error. Anything else of that package is refused by name.
 */
export async function serveCommandProvider(
  options: CommandProviderOptions,
): Promise<{ port: number; close(): Promise<void> }> {
  // Renewed by an interruption: this process serves one run of the engine after the other.
  let stop = new AbortController();
  const connections = new Set<Dialed>();
  const waitBetween =
    options.wait ??
    (async (milliseconds: number, signal: AbortSignal) => {
      await wait(milliseconds, undefined, { signal });
    });
  const shared = {
    journal: options.journal,
    connect: options.connect,
    workingDirectory: options.workingDirectory ?? process.cwd(),
    connections,
    wait: async (milliseconds: number) => {
      const { signal } = stop;
      try {
        await waitBetween(milliseconds, signal);
      } catch {
        throw new Error("context canceled");
      }
      if (signal.aborted) throw new Error("context canceled");
    },
  };
  const isCommand = (type: string): boolean => {
    if (type === commandType) return true;
    if (type === copyType) return false;
    throw new ProviderError(
      `This stand-in for the command provider has no ${type}; it has ${commandType} and ${copyType}.`,
    );
  };

  const handlers: ProviderHandlers = {
    version,
    secrets: "keep",
    check: async ({ type, inputs }) => (isCommand(type) ? checkCommand(inputs) : checkCopy(inputs)),
    async diff({ oldInputs, inputs }) {
      const changes = diffProperties(oldInputs, inputs);
      // As the genuine one: a changed element replaces because the SDK asks the engine for it (`triggers[*]`).
      return { changes: markReplacements(changes, (path) => path === "triggers") };
    },
    async create({ type, name, inputs, preview }) {
      if (isCommand(type)) {
        const outputs = await createCommand(inputs, preview, shared);
        return { id: preview ? "" : uniqueId(name), outputs };
      }
      if (!preview) await copyToRemote(inputs, shared);
      return { id: preview ? "" : uniqueId(), outputs: inputs };
    },
    async update({ type, inputs, oldOutputs, preview }) {
      if (isCommand(type)) {
        return { outputs: await updateCommand(inputs, oldOutputs, preview, shared) };
      }
      if (!preview && needsCopy(inputs, oldOutputs)) await copyToRemote(inputs, shared);
      return { outputs: inputs };
    },
    read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs }),
    async delete({ type, outputs }) {
      if (isCommand(type)) await deleteCommand(outputs, shared);
    },
    async invoke({ token }) {
      throw new ProviderError(`This stand-in for the command provider has no function ${token}.`);
    },
    // A command that runs is not interrupted, only the waiting for a machine.
    cancel() {
      stop.abort();
      stop = new AbortController();
    },
  };
  const server = await serveProvider(
    observed(handlers, "command", options.observe),
    options.port ? { port: options.port } : {},
  );
  return {
    port: server.port,
    close() {
      stop.abort();
      for (const connection of connections) connection.close();
      return server.close();
    },
  };
}
