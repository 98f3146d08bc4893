import * as pulumi from "@pulumi/pulumi";

/** The parts of an output that Pulumi's SDK uses itself and does not declare. */
interface OutputParts<T> {
  resources(): Set<pulumi.Resource>;
  allResources(): Promise<Set<pulumi.Resource>>;
  promise(): Promise<T>;
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
}

type OutputConstructor = new <T>(
  resources: Set<pulumi.Resource>,
  promise: Promise<T>,
  isKnown: Promise<boolean>,
  isSecret: Promise<boolean>,
  allResources: Promise<Set<pulumi.Resource>>,
) => pulumi.Output<T>;

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
  if (pulumi.runtime.isDryRun()) return output;
  const parts = output as unknown as OutputParts<T>;
  const Output = pulumi.Output as unknown as OutputConstructor;
  return new Output(
    parts.resources(),
    parts.isKnown.then((known) => (known ? parts.promise() : substitute)),
    Promise.resolve(true),
    parts.isSecret,
    parts.allResources(),
  );
}
