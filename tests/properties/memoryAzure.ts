import * as crypto from "node:crypto";
import type { Azure } from "../../local/azure/arm/azure";
import { storeOver, type AzureResource } from "../../local/azure/arm/store";
import { azureNative } from "../../local/azure/handlers";
import { openAddressBook } from "../../local/azure/network/addressBook";
import type { JournalEntry } from "../../local/journal";
import type { InvokeRequest, ProviderHandlers, Properties } from "../../local/provider";
import type { Records } from "../../local/records";
import { hostKey } from "../components/mocks";
import { listedFaults, recordingWindows } from "../local/azure/stage";

/** Part of every id, so that a definition can name what exists already. */
export const subscription = "11111111-2222-3333-4444-555555555555";

/** What Azure, as the stand-in plays it, said no to. */
export interface Refusal {
  /** Type token of the resource or token of the function. */
  token: string;
  name: string;
  /** Azure's own words, its code first where it has one. */
  message: string;
}

/** An Azure without a server, a folder or a past: the stand-in's own handlers, called in this process. */
export interface MemoryAzure {
  refusals: Refusal[];
  /** Which rules refused or warned, in order; `what` is `refusal` or `warning` and the rule's id. */
  judgements(): JournalEntry[];
  /** What Azure accepted although it is hardly meant; `what` is `warning` and the rule's id. */
  warnings(): JournalEntry[];
  /** Warnings up to now are those of what existed before. */
  forgetWarnings(): void;
  /** Checks and makes a resource, as the engine would; undefined where that was refused. */
  create(
    token: string,
    name: string,
    inputs: Properties,
  ): Promise<{ id: string; outputs: Properties } | undefined>;
  /** Looks something up; undefined where that was refused. */
  invoke(token: string, inputs: Properties): Promise<Properties | undefined>;
}

/** Starts an empty Azure with one region by default, as most stacks have one. */
export async function memoryAzure(location?: string): Promise<MemoryAzure> {
  const journal: JournalEntry[] = [];
  const store = storeOver(memoryRecords<AzureResource>());
  const windows = recordingWindows();
  windows.answer = async () => ({ output: `${JSON.stringify({ contract: 1, hostKey })}\r\n` });
  const azure: Azure = {
    subscription,
    store,
    addresses: openAddressBook(store),
    windows,
    journal: {
      write: (entry) => void journal.push({ time: "", ...entry }),
      read: () => journal,
      listen: () => () => undefined,
    },
    token: "",
    faults: listedFaults(),
    pause: async () => undefined,
    cancel: () => undefined,
  };
  const handlers: ProviderHandlers = azureNative(azure);
  const connection = "default";
  await handlers.configure?.({ arguments: location === undefined ? {} : { location }, connection });
  const refusals: Refusal[] = [];
  const unlessRefused = async <T>(token: string, name: string, run: () => Promise<T>) => {
    try {
      return await run();
    } catch (error) {
      refusals.push({ token, name, message: describe(error) });
      return undefined;
    }
  };
  return {
    refusals,
    judgements: () => journal.filter(({ what }) => /^(refusal|warning) /.test(what)),
    warnings: () => journal.filter(({ what }) => what.startsWith("warning ")),
    forgetWarnings: () => void (journal.length = 0),
    create: (token, name, inputs) =>
      unlessRefused(token, name, async () => {
        const request = {
          urn: `urn:pulumi:stack::project::${token}::${name}`,
          type: token,
          name,
          connection,
        };
        const checked = await handlers.check({
          ...request,
          inputs,
          oldInputs: {},
          randomSeed: crypto.createHash("sha256").update(name).digest(),
        });
        const failures = (checked.failures ?? []).map(({ reason }) => reason);
        if (failures.length > 0) throw new Error(failures.join("; "));
        return handlers.create({ ...request, inputs: checked.inputs, preview: false, timeout: 0 });
      }),
    invoke: (token, inputs) =>
      unlessRefused(token, "", async () => {
        const request: InvokeRequest = { token, arguments: inputs, connection };
        const { result, failures = [] } = await handlers.invoke(request);
        if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
        return result;
      }),
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? `${code}: ${error.message}` : error.message;
}

function memoryRecords<T>(): Records<T> {
  const records = new Map<string, T>();
  return {
    get: (key) => records.get(key),
    set: (key, value) => void records.set(key, value),
    delete: (key) => void records.delete(key),
    values: () => [...records.values()],
  };
}
