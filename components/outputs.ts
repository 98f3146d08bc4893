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

/** The values of outputs, of which something is made. */
export interface Together<T> {
  /** What `then` makes of the values once all are known; it may give an output. */
  apply<R>(then: (values: T) => pulumi.Input<R>): pulumi.Output<R>;
}

type Values<T> = { -readonly [Key in keyof T]: pulumi.Unwrap<T[Key]> };

/**
 * `pulumi.all(elements).apply(then)`, by one output instead of two and two more for each element, every one of which is a dozen
 * promises: for 200 machines that would be most of the work of a preview. The values of outputs among the elements hold no outputs.
 */
export function together<const T extends readonly unknown[] | object>(
  elements: T,
): Together<Values<T>> {
  const keys = Object.keys(elements);
  const all = Object.values(elements) as unknown[];
  const outputs = all.map((element) =>
    element === null || typeof element !== "object"
      ? undefined
      : partsOf(asOutput(element as pulumi.Input<unknown>)),
  );
  const parts = outputs.filter((output) => output !== undefined);
  const valuesNow = async () => {
    const values = await Promise.all(
      outputs.map((output, at) => (output ? output.promise(true) : all[at])),
    );
    return (
      Array.isArray(elements)
        ? values
        : Object.fromEntries(values.map((value, at) => [keys[at], value]))
    ) as Values<T>;
  };
  return {
    apply(then) {
      const isKnown = Promise.all(parts.map((part) => part.isKnown)).then(
        (known) => !known.includes(false),
      );
      return outputOf({
        resources: union(parts.map((part) => part.resources())),
        value: Promise.all([isKnown, valuesNow()]).then(([known, values]) =>
          known ? then(values) : undefined,
        ) as Promise<never>,
        isKnown,
        isSecret: Promise.all(parts.map((part) => part.isSecret)).then((secret) =>
          secret.includes(true),
        ),
        allResources: Promise.all(parts.map((part) => part.allResources())).then(union),
      });
    },
  };
}

/** `pulumi.all`, by one output. The values of outputs among the elements hold no outputs. */
export const joined = ((elements: readonly unknown[] | object) =>
  together(elements).apply((values) => values)) as typeof pulumi.all;

/** `pulumi.secret` of an output, by one output instead of three. */
export function asSecret<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  return withSecrecy(output, true);
}

/** `pulumi.unsecret` of an output. */
export function asPlain<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  return withSecrecy(output, false);
}

function withSecrecy<T>(output: pulumi.Output<T>, isSecret: boolean): pulumi.Output<T> {
  const parts = partsOf(output);
  return outputOf({
    resources: parts.resources(),
    value: parts.promise(true),
    isKnown: parts.isKnown,
    isSecret: Promise.resolve(isSecret),
    allResources: parts.allResources(),
  });
}

function union<T>(sets: readonly Set<T>[]): Set<T> {
  const result = new Set<T>();
  for (const set of sets) for (const element of set) result.add(element);
  return result;
}
