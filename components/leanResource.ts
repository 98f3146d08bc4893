import type * as pulumi from "@pulumi/pulumi";

/** What can be read of a resource that the library declares lean, beside its id and URN, where its class has it. */
const readProperties = ["name", "location", "stdout", "triggers"] as const;

/** A resource that was declared with {@link lean} options. */
export type Lean<Declared extends pulumi.CustomResource> = pulumi.CustomResource &
  Pick<Declared, Extract<keyof Declared, (typeof readProperties)[number]>>;

/**
 * Types of azure-native in an API version of their own: `azure-native:network/v20230201:NetworkInterface`, and as packages made for
 * one version spell it, `azure-native_network_v20230201:network:NetworkInterface`.
 */
const versioned = /^azure-native(:\w+\/v\d{8}\w*:\w+|_\w+_v\d{8}\w*:\w+:\w+)$/;

/**
 * Options of a resource that the library declares, by which the SDK does not do for it what nobody uses; for a machine that is
 * most of its work, and of the program's memory:
 *
 * - azure-native's classes add dozens of aliases, for stacks that have declared the same resource by a type of one API version
 *   before. The library never has. Aliases that the user gives, and those of resources that are not the library's, stay.
 * - A class has an output for each property that it knows, each an object of some fifty others. Those that were not given a value
 *   and that nobody reads, see {@link Lean}, are left out; the stack's state has them all the same.
 */
export function lean<Options extends pulumi.CustomResourceOptions>(opts: Options): Options {
  return { ...opts, transformations: [withoutWaste, ...(opts.transformations ?? [])] };
}

// Runs before the transformations of the component's user, which see what she has given.
const withoutWaste: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props: Object.fromEntries(
    Object.entries(props).filter(
      ([key, value]) => value !== undefined || (readProperties as readonly string[]).includes(key),
    ),
  ),
  opts: opts.aliases
    ? { ...opts, aliases: opts.aliases.filter((alias) => !isVersionAlias(alias)) }
    : opts,
});

/** An alias of the type alone: with another name or parent it would not be the class's. */
function isVersionAlias(alias: pulumi.Input<pulumi.URN | pulumi.Alias>): boolean {
  return (
    typeof alias === "object" &&
    Object.keys(alias).length === 1 &&
    "type" in alias &&
    typeof alias.type === "string" &&
    versioned.test(alias.type)
  );
}
