import { getNetworkSecurityGroup } from "@pulumi/azure-native/network";
import type { SecurityRule } from "../components/plan/securityGroup";
import { securityRulesOf } from "../components/plan/securityRulesOf";
import { securityGroupNames } from "../components/securityGroupsNow";
import { askAzure, isMissing, type AzureOptions } from "./askAzure";

/** The rules that security groups have in Azure now, by ARM id in lower case. */
export type SecurityGroupsInAzure = ReadonlyMap<string, SecurityRule[]>;

/** Asks Azure for the rules of security groups; one that is no longer there is left out. */
export async function securityGroupsInAzure(
  ids: readonly string[],
  options: AzureOptions,
): Promise<SecurityGroupsInAzure> {
  const found = new Map<string, SecurityRule[]>();
  if (ids.length === 0) return found;
  await askAzure(async (provider) => {
    await Promise.all(
      ids.map(async (id) => {
        try {
          const group = await getNetworkSecurityGroup(securityGroupNames(id), { provider });
          found.set(id.toLowerCase(), securityRulesOf(group));
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }),
    );
  }, options);
  return found;
}
