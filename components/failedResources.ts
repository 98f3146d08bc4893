import * as pulumi from "@pulumi/pulumi";
import { outputOf, partsOf } from "./outputs";

/**
 * The output, or `substitute` where the resource that it comes from has failed in this update.
 *
 * With `--continue-on-error` the engine goes on after a failure and skips what depends on the failed resource, but not
 * before it has checked its inputs: a required property, or a replacement trigger, that is unknown because of the failure
 * ends the whole update there, and machines that have nothing to do with it stay half made. So required properties that
 * come from a machine are given through this; the dependency stays, and the resource is skipped. A preview knows no
 * failures: there the output is as it is.
 */
export function unlessFailed<T>(output: pulumi.Output<T>, substitute: T): pulumi.Output<T> {
  return pulumi.runtime.isDryRun() ? output : orWhereUnknown(output, substitute);
}

function orWhereUnknown<T>(output: pulumi.Output<T>, substitute: T): pulumi.Output<T> {
  const parts = partsOf(output);
  return outputOf({
    resources: parts.resources(),
    value: parts.isKnown.then((known) => (known ? parts.promise() : substitute)),
    isKnown: Promise.resolve(true),
    isSecret: parts.isSecret,
    allResources: parts.allResources(),
  });
}

/**
 * The output, or `substitute` where a preview does not know it yet: for what is waited for, or used when a step runs, and
 * decides nothing.
 */
export function orInPreview<T>(output: pulumi.Output<T>, substitute: T): pulumi.Output<T> {
  return pulumi.runtime.isDryRun() ? orWhereUnknown(output, substitute) : output;
}

/** The output's value once it is there, or `substitute` where it is unknown in a preview or because of a failure. */
export async function knownOr<T>(output: pulumi.Output<T>, substitute: T): Promise<T> {
  const parts = partsOf(output);
  return (await parts.isKnown) ? parts.promise() : substitute;
}

/** The output's value, for a hook: the engine calls it when the inputs of its own resource are known. */
export async function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  const parts = partsOf(output);
  if (!(await parts.isKnown))
    throw new Error("what it needs to know comes from a resource that failed");
  return parts.promise();
}

/**
 * Whether a resource was made or stayed, or has failed and the engine went on. Of one that ends the update the program is not told
 * before it is ended itself. To be asked in an update: a preview does not know.
 */
export function isMade(resource: pulumi.CustomResource): Promise<boolean> {
  return partsOf(resource.id).isKnown;
}

/**
 * The output without the resources that it comes from: who takes it waits for the value, and the engine notes no dependency.
 *
 * With `--continue-on-error` the engine deletes what is no longer declared although a resource that it has skipped still names it
 * among its dependencies, and then the stack's state cannot be read any more. So what stays must not depend on what may go: on
 * another machine. Where the value is unknown because of a failure, nothing is skipped for it; a hook has to refuse.
 */
export function detached<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  const { isKnown, isSecret, promise } = partsOf(output);
  const none = new Set<pulumi.Resource>();
  const value = promise();
  return outputOf({
    ...{ resources: none, allResources: Promise.resolve(none) },
    ...{ value, isKnown, isSecret },
  });
}

/** An output that a preview does not know; an update has its value. */
export function laterThanPreview(value: () => string): pulumi.Output<string> {
  if (!pulumi.runtime.isDryRun()) return pulumi.output(value());
  const none = new Set<pulumi.Resource>();
  const no = Promise.resolve(false);
  return outputOf({
    ...{ resources: none, allResources: Promise.resolve(none) },
    ...{ value: Promise.resolve(""), isKnown: no, isSecret: no },
  });
}
