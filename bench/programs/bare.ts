/**
 * As many resources as the lab has, each a `pulumi.Stash` with one constant input: the engine makes them itself, without a
 * provider of their own, and the SDK sends no alias, no secret and no reference for them. So this is what registering a resource
 * costs at least.
 */
import * as pulumi from "@pulumi/pulumi";

const count = new pulumi.Config("bench").requireNumber("resources");
for (let index = 0; index < count; index++) {
  new pulumi.Stash(`bare-${index}`, { input: "constant" });
}
