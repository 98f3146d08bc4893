import * as pulumi from "@pulumi/pulumi";

/** For each run of a program the existing security groups, by id, and whose rules are added to each. */
const runs = new WeakMap<object, Map<string, { network: pulumi.Resource; name: string }>>();

/**
 * The name of another network of this program that adds its rules to the same existing security group; undefined for the first one
 * that asks. The rules of two labs would have the same names.
 */
export function otherUser(
  groupId: string,
  network: pulumi.Resource,
  name: string,
): string | undefined {
  // One process may run several programs, each with a monitor of its own.
  const run = pulumi.runtime.getMonitor();
  if (run === undefined) return undefined;
  const users = runs.get(run) ?? new Map<string, { network: pulumi.Resource; name: string }>();
  runs.set(run, users);
  const user = users.get(groupId.toLowerCase());
  if (user === undefined) users.set(groupId.toLowerCase(), { network, name });
  return user === undefined || user.network === network ? undefined : user.name;
}
