import * as path from "node:path";
import { readAzureState, type AzureState } from "../../../local/azure";
import { partsOf } from "../../../local/directory";
import type { StateResource } from "../labProject";
import type { StagedLab } from "./stagedLab";

/** What is there when a rollout has ended, as far as it has to be the same however often the rollout was interrupted. */
export interface EndState {
  /** Inputs of each resource, by stage and URN; what is left to be done is `delete` or `pending`. */
  resources: Record<string, unknown>;
  /** By computer name: what Windows holds. */
  machines: Record<string, unknown>;
  /** What Azure has, and what its security groups let in. */
  azure: Pick<AzureState, "resources" | "securityRules">;
}

export async function endStateOf(staged: StagedLab, stages: readonly string[]): Promise<EndState> {
  const resources: EndState["resources"] = {};
  for (const stage of stages) {
    const args = ["stack", "export", "--show-secrets", "--stack", stage];
    const { code, output } = await staged.lab.pulumi(...args);
    if (code !== 0) throw new Error(output);
    const { deployment } = JSON.parse(output) as {
      deployment: {
        resources: (StateResource & { delete?: boolean })[];
        pending_operations?: { type: string; resource: { urn: string } }[];
      };
    };
    for (const { urn, type, inputs, delete: left } of deployment.resources) {
      // The providers' inputs are the stand-in's ports.
      if (type.startsWith("pulumi:providers:")) continue;
      resources[`${left ? "delete " : ""}${urn}`] = alike(
        urn.endsWith("-listener") ? withoutCommand(inputs) : inputs,
      );
    }
    for (const { type, resource } of deployment.pending_operations ?? [])
      resources[`pending ${type} ${resource.urn}`] = {};
  }
  const machines = staged.lab.standIn.windows.machines().map(({ record }) => [
    record.computerName,
    {
      vmId: record.vmId,
      identities: record.identities,
      firewallRules: record.firewallRules,
      services: record.services,
      listeners: record.listeners,
    },
  ]);
  const { azure } = partsOf(path.join(staged.lab.directory, "local"));
  const { resources: made, securityRules } = readAzureState(azure);
  return {
    resources,
    machines: Object.fromEntries(machines) as EndState["machines"],
    azure: { resources: made, securityRules },
  };
}

/** Whether a listener has a command of its own says who has opened it last: the machine's step, or nobody before it was cut. */
function withoutCommand(inputs: Record<string, unknown>): Record<string, unknown> {
  return { ...inputs, create: undefined };
}

/** Without what is another one in each rollout: its name, the tokens of attempts and runs, and the time. */
function alike(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? {})
      .replace(/\d{8}T\d{6}Z-[0-9a-f]{6}/g, "ROLLOUT")
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b/g, "TOKEN")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME"),
  );
}
