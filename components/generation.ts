import * as pulumi from "@pulumi/pulumi";

/**
 * The generation of what is made once for a person, and made again only for another one. As long as there is no machine
 * nothing is due, and whatever was before stays as it is: only with a machine does another `due` count.
 */
export function keptGeneration(
  name: string,
  due: pulumi.Input<string>,
  hasMachines: boolean,
  parent: { parent: pulumi.Resource },
): pulumi.Output<string> {
  const stash = new pulumi.Stash(
    `${name}-generation`,
    { input: pulumi.output(due).apply((known) => (hasMachines ? known : "none")) },
    {
      ...parent,
      // A stash gives what it was created with, so that another generation has to be another stash.
      ...(hasMachines ? { replaceOnChanges: ["input"] } : { ignoreChanges: ["input"] }),
    },
  );
  return stash.output.apply(String);
}
