import * as pulumi from "@pulumi/pulumi";
import { identityScope } from "./plan/identity";

/**
 * Whose identities and groups these are on a machine, as it was at first: what the machines have noted under it stays theirs
 * when the stack gets another name.
 */
export function keptScope(
  name: string,
  person: string | undefined,
  parent: { parent: pulumi.Resource },
): pulumi.Output<string> {
  const stash = new pulumi.Stash(
    `${name}-scope`,
    { input: identityScope(pulumi.getProject(), pulumi.getStack(), person ?? name) },
    { ...parent, ignoreChanges: ["input"] },
  );
  return stash.output.apply(String);
}
