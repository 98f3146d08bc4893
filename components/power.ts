import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization";
import * as compute from "@pulumi/azure-native/compute";

/** The word of Azure's status `PowerState/running`; empty where the VM is being made and has none. */
export function powerOf(view: { statuses?: { code?: string }[] } | undefined): string {
  const code = view?.statuses?.find((status) => status.code?.startsWith("PowerState/"))?.code;
  return code?.slice("PowerState/".length) ?? "";
}

/** The names in the ARM id of a VM, as azure-native's functions want them. */
export function namesOf(virtualMachineId: string): { resourceGroupName: string; vmName: string } {
  const [, resourceGroupName, vmName] =
    /\/resourceGroups\/([^/]+)\/.*\/virtualMachines\/([^/]+)$/i.exec(virtualMachineId) ?? [];
  return { resourceGroupName, vmName };
}

/** Whether a machine is off, or on its way there. */
export function isOff(power: string | undefined): boolean {
  return ["deallocated", "deallocating", "stopped", "stopping"].includes(power ?? "");
}

/** Says of a machine that it is off, once in each preview and update. */
export function nameIfOff(
  name: string,
  power: pulumi.Output<string>,
  resource: pulumi.Resource,
): void {
  power.apply((now) => {
    if (!isOff(now)) return;
    pulumi.log.warn(`${name} is off (${now})`, resource);
  });
}

/** Azure Resource Manager of each cloud, by the names that azure-native's setting `environment` has. */
const resourceManagers: Readonly<Record<string, string>> = {
  public: "https://management.azure.com",
  usgovernment: "https://management.usgovcloudapi.net",
  china: "https://management.chinacloudapi.cn",
};

/** The environment variable that names another Azure Resource Manager. */
const resourceManagerVariable = "PEERLAB_RESOURCE_MANAGER";

/** Endpoint of Azure Resource Manager, without a slash at the end; of the public cloud where none is named or the name is unknown. */
export function resourceManagerOf(
  cloud: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  return (
    environment[resourceManagerVariable] ??
    resourceManagers[cloud ?? "public"] ??
    resourceManagers.public
  );
}

const apiVersion = "2024-11-01";
const pauseMilliseconds = 5_000;
const longestMilliseconds = 15 * 60_000;

/**
 * Starts a virtual machine and waits until Azure says that it runs. Azure Native has no resource and no function for this: it
 * is one request to Azure Resource Manager, under the provider's own credentials.
 * https://learn.microsoft.com/rest/api/compute/virtual-machines/start
 */
export async function startVirtualMachine(
  name: string,
  virtualMachineId: string,
  parent: { parent: pulumi.Resource },
): Promise<void> {
  const cloud = new pulumi.Config("azure-native").get("environment") ?? process.env.ARM_ENVIRONMENT;
  const endpoint = resourceManagerOf(cloud);
  const { token } = await authorization.getClientToken({}, parent);
  const response = await fetch(`${endpoint}${virtualMachineId}/start?api-version=${apiVersion}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) {
    throw new Error(
      `Azure refuses to start ${name}: ${response.status} ${errorOf(await response.text())}`,
    );
  }
  const names = namesOf(virtualMachineId);
  const end = Date.now() + longestMilliseconds;
  for (;;) {
    const { instanceView } = await compute.getVirtualMachine(
      { ...names, expand: "instanceView" },
      parent,
    );
    const power = powerOf(instanceView);
    if (power === "running") return;
    if (Date.now() > end) {
      throw new Error(`${name} was started and is still ${power} after 15 minutes`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  }
}

/** What Azure says, in its own words; nothing of the request is in them. */
function errorOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: string; message?: string } };
    return `${error?.code ?? ""} ${error?.message ?? ""}`.trim();
  } catch {
    return "";
  }
}
