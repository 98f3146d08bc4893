import * as pulumi from "@pulumi/pulumi";

/** The parts of an output that Pulumi's SDK uses itself and does not declare. */
export interface OutputParts<T> {
  resources(): Set<pulumi.Resource>;
  allResources(): Promise<Set<pulumi.Resource>>;
  promise(withUnknowns?: boolean): Promise<T>;
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

/** An output made of its parts. */
export function outputOf<T>(parts: {
  resources: Set<pulumi.Resource>;
  value: Promise<T>;
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  allResources: Promise<Set<pulumi.Resource>>;
}): pulumi.Output<T> {
  const Output = pulumi.Output as unknown as OutputConstructor;
  const { resources, value, isKnown, isSecret, allResources } = parts;
  return new Output(resources, value, isKnown, isSecret, allResources);
}

/** The parts of an output. */
export function partsOf<T>(output: pulumi.Output<T>): OutputParts<T> {
  return output as unknown as OutputParts<T>;
}

/** The input as an output; one that is an output already is not wrapped once more, as `pulumi.output` would. */
export function asOutput<T>(input: pulumi.Input<T>): pulumi.Output<T> {
  return pulumi.Output.isInstance<T>(input)
    ? input
    : (pulumi.output(input) as unknown as pulumi.Output<T>);
}

/**
 * `pulumi.all`, with one output as its result and none in between: the SDK wraps each element twice, and an output is a dozen
 * promises. For 200 machines that is most of the work of a preview. The values of outputs among the elements hold no outputs.
 */
export const joined = ((elements: Record<string, unknown> | readonly unknown[]) => {
  const keys = Object.keys(elements);
  const all = keys.map((key) => (elements as Record<string, unknown>)[key]);
  const outputs = all.map((element) =>
    element === null || typeof element !== "object"
      ? undefined
      : partsOf(asOutput(element as pulumi.Input<unknown>)),
  );
  const parts = outputs.filter((output) => output !== undefined);
  const any = (flags: boolean[]) => flags.includes(true);
  return outputOf({
    resources: union(parts.map((part) => part.resources())),
    value: Promise.all(outputs.map((output, at) => (output ? output.promise(true) : all[at]))).then(
      (values) =>
        Array.isArray(elements)
          ? values
          : Object.fromEntries(values.map((value, at) => [keys[at], value])),
    ),
    isKnown: Promise.all(parts.map((part) => part.isKnown)).then((known) => !known.includes(false)),
    isSecret: Promise.all(parts.map((part) => part.isSecret)).then(any),
    allResources: Promise.all(parts.map((part) => part.allResources())).then(union),
  });
}) as typeof pulumi.all;

function union<T>(sets: readonly Set<T>[]): Set<T> {
  const result = new Set<T>();
  for (const set of sets) for (const element of set) result.add(element);
  return result;
}
