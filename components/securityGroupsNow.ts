import * as pulumi from "@pulumi/pulumi";
import * as network from "@pulumi/azure-native/network";
import type { GuardingGroup } from "./plan/proofGuard";
import { securityRulesOf } from "./plan/securityRulesOf";

/**
 * Network security groups as Azure has them now, with what others have put into them since; by ARM ids, of which empty ones
 * are none. A group that Azure does not tell about is said, and is not there.
 */
export async function securityGroupsNow(
  ids: readonly string[],
  parent: { parent: pulumi.Resource },
): Promise<GuardingGroup[]> {
  const known = [...new Set(ids)].filter((id) => id !== "");
  const groups = await Promise.all(
    known.map(async (id): Promise<GuardingGroup[]> => {
      const names = securityGroupNames(id);
      try {
        const found = await network.getNetworkSecurityGroup(names, parent);
        return [{ name: names.networkSecurityGroupName, rules: securityRulesOf(found) }];
      } catch (error) {
        pulumi.log.warn(
          `Azure does not tell the rules of ${id}: ${(error as Error).message}`,
          parent.parent,
        );
        return [];
      }
    }),
  );
  return groups.flat();
}

/** The names in the ARM id of a security group, as azure-native's functions want them. */
export function securityGroupNames(id: string): {
  resourceGroupName: string;
  networkSecurityGroupName: string;
} {
  const [, resourceGroupName = "", networkSecurityGroupName = ""] =
    /\/resourceGroups\/([^/]+)\/.*\/networkSecurityGroups\/([^/]+)$/i.exec(id) ?? [];
  return { resourceGroupName, networkSecurityGroupName };
}
