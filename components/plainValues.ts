import * as pulumi from "@pulumi/pulumi";
import type { Tags } from "./plan/rules/tags";

/** `PlacementDefinition`, in which each value is said, were it to be unknown: it takes the place of what was an input. */
export interface PlainPlacement {
  resourceGroupName: string | undefined;
  location: string | undefined;
  tags: Tags | undefined;
}

/** The value, unless it is known only later. */
export function plain<T>(value: pulumi.Input<T> | undefined): T | undefined {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return undefined;
  return value as T | undefined;
}

/** Where resources are made and what they are tagged with, as far as it is known before anything exists. */
export function plainPlacement(args: {
  resourceGroupName?: pulumi.Input<string>;
  location?: pulumi.Input<string>;
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}): PlainPlacement {
  const tags = plain(args.tags);
  return {
    resourceGroupName: plain(args.resourceGroupName),
    location: plain(args.location),
    tags:
      tags && Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, plain(value)])),
  };
}
