import { getVirtualMachine } from "@pulumi/azure-native/compute";
import type { Provider } from "@pulumi/azure-native/provider";
import { namesOf, powerOf } from "../components/power";
import { askAzure, isMissing, type AzureOptions } from "./askAzure";

/** A VM as Azure has it now. */
export interface VirtualMachineNow {
  /** `vmId`; empty where Azure has no such VM. */
  instance: string;
  /** `running`, `deallocated`, ... */
  power: string;
}

/** Asks Azure what VMs are now, by ARM id. */
export async function virtualMachinesNow(
  ids: readonly string[],
  options: AzureOptions,
): Promise<Map<string, VirtualMachineNow>> {
  const found = new Map<string, VirtualMachineNow>();
  if (ids.length === 0) return found;
  await askAzure(async (provider) => {
    await Promise.all(ids.map(async (id) => found.set(id, await ask(id, provider))));
  }, options);
  return found;
}

async function ask(id: string, provider: Provider): Promise<VirtualMachineNow> {
  try {
    const { vmId, instanceView } = await getVirtualMachine(
      { ...namesOf(id), expand: "instanceView" },
      { provider },
    );
    return { instance: vmId, power: powerOf(instanceView) };
  } catch (error) {
    if (isMissing(error)) return { instance: "", power: "" };
    throw error;
  }
}
