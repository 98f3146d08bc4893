import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Faults, Network, WindowsMachines } from "../interfaces";
import type { Journal } from "../journal";
import { observed, serveProvider, type Properties, type RequestObserver } from "../provider";
import type { Azure } from "./arm/azure";
import type { VirtualMachineAssigned } from "./arm/model";
import { assignedOf } from "./arm/model";
import type { AzureResource, ResourceStore } from "./arm/store";
import { openStore } from "./arm/store";
import { azureNative } from "./handlers";
import { create } from "./handlers/put";
import { openAddressBook } from "./network/addressBook";
import { openMachineBook } from "./network/machines";
import { openNetwork } from "./network/network";
import { openPowerSwitch } from "./power";
import { serveResourceManager } from "./resourceManager";
import { isServedResource } from "./served";
import type { AzureState } from "./state";
import { describeState } from "./state";
import { removeResource, resourceTypes } from "./types";

export { isServedFunction, isServedResource, servedFunctions, servedResources } from "./served";
export type { AzureState, MachineSummary, ResourceSummary, RuleSummary } from "./state";

export interface AzureOptions {
  /** Where the state is kept; made where it is missing. */
  directory: string;
  journal: Journal;
  faults: Faults;
  windows: WindowsMachines;
  /** Awaited around every request of the engine. */
  observe?: RequestObserver;
  /** The provider's port on 127.0.0.1; without it the system chooses one. */
  port?: number;
}

export interface AzureServer {
  port: number;
  network: Network;
  /** Where Azure Resource Manager is played, without a slash at the end: `http://127.0.0.1:40123`. */
  resourceManager: string;
  /** What there is now, without secrets. */
  state(): AzureState;
  resources(): AzureState["resources"];
  /** Starts or deallocates a machine behind the program's back, as somebody at the portal would. */
  setPower(vmId: string, power: "running" | "deallocated"): Promise<void>;
  /**
   * Makes a resource behind the program's back, by Azure's own rules; returns its id.
   *
   * @param token its type, such as `azure-native:network:SecurityRule`.
   */
  putResource(token: string, inputs: Properties): Promise<string>;
  /** Deletes a resource behind the program's back, by Azure's own rules. */
  deleteResource(id: string): Promise<void>;
  /** Stops taking requests; resolves when those under way have ended. */
  close(): Promise<void>;
}

/** Serves azure-native for an engine that attaches to it by its port, over the state in `directory`. */
export async function serveAzure(options: AzureOptions): Promise<AzureServer> {
  const { directory, journal, faults, windows, observe } = options;
  const store = openStore(directory);
  await clearUnfinished(store, windows, journal);
  const addresses = openAddressBook(store);
  const interruption = pauses();
  const azure: Azure = {
    subscription: subscriptionOf(directory),
    store,
    addresses,
    windows,
    journal,
    token: crypto.randomBytes(32).toString("base64url"),
    faults,
    pause: interruption.pause,
    cancel: interruption.end,
  };
  const machines = openMachineBook(store);
  const power = openPowerSwitch(azure);
  const handlers = observed(azureNative(azure), "azure-native", observe);
  const server = await serveProvider(handlers, { port: options.port });
  const resourceManager = await serveResourceManager(azure, power);
  const state = () => describeState(store);
  return {
    port: server.port,
    resourceManager: resourceManager.url,
    network: openNetwork({ store, addresses, machines }),
    state,
    resources: () => state().resources,
    async setPower(vmId, wanted) {
      const machine = machines.byVmId(vmId);
      if (!machine) throw new Error(`there is no virtual machine with the vmId ${vmId}`);
      await power.set(machine.id, wanted);
    },
    async putResource(token, inputs) {
      const type = isServedResource(token) ? resourceTypes.get(token) : undefined;
      if (!type) throw new Error(`there is no resource type ${token}`);
      const request = { urn: "", type: token, name: "", connection: "", preview: false };
      const { id } = await create(type, { ...request, inputs, timeout: 0 }, azure);
      journal.write({ kind: "azure", subject: id, what: "create", detail: "outside the program" });
      return id;
    },
    async deleteResource(id) {
      const resource = store.get(id);
      if (!resource) throw new Error(`there is no resource ${id}`);
      await removeResource(resource, azure);
      journal.write({ kind: "azure", subject: id, what: "delete", detail: "outside the program" });
    },
    close: async () => {
      interruption.end();
      await resourceManager.close();
      await server.close();
    },
  };
}

/** The state that a server left in `directory`, or is keeping there now, read without a server. */
export function readAzureState(directory: string): AzureState {
  return describeState(openStore(directory));
}

/** The stand-in's own subscription: made once, so that ids stay the same from run to run. */
function subscriptionOf(directory: string): string {
  const file = path.join(directory, "subscription.json");
  if (fs.existsSync(file)) {
    return (JSON.parse(fs.readFileSync(file, "utf8")) as { subscription: string }).subscription;
  }
  const subscription = crypto.randomUUID();
  fs.writeFileSync(file, JSON.stringify({ subscription }), { mode: 0o600 });
  return subscription;
}

/**
 * A stand-in that was killed may have left machines half made: they are taken away, because the password they were to
 * have is nowhere kept. Run commands that were under way count as failed, and the next PUT runs them again.
 */
async function clearUnfinished(
  store: ResourceStore,
  windows: WindowsMachines,
  journal: Journal,
): Promise<void> {
  const note = (resource: AzureResource, what: string) =>
    journal.write({ kind: "azure", subject: resource.id, what, outcome: "the stand-in had ended" });
  for (const machine of store.ofType("Microsoft.Compute/virtualMachines")) {
    if (machine.provisioningState !== "Creating") continue;
    const { vmId, osDiskId, dataDiskIds } = assignedOf<VirtualMachineAssigned>(machine);
    await windows.delete(vmId);
    for (const id of [osDiskId, ...dataDiskIds]) store.remove(id);
    store.remove(machine.id);
    note(machine, "unfinished creation undone");
  }
  for (const command of store.ofType("Microsoft.Compute/virtualMachines/runCommands")) {
    if (!["Creating", "Updating"].includes(command.provisioningState)) continue;
    store.put({
      ...command,
      provisioningState: "Failed",
      assigned: { instanceView: { executionState: "Canceled", exitCode: -1 } },
    });
    note(command, "unfinished run command cancelled");
  }
}

/** Waits that can all be ended at once. */
function pauses() {
  const pending = new Set<() => void>();
  return {
    pause: (milliseconds: number) =>
      new Promise<void>((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          pending.delete(finish);
          resolve();
        };
        const timer = setTimeout(finish, milliseconds);
        pending.add(finish);
      }),
    end: () => {
      for (const finish of [...pending]) finish();
    },
  };
}
