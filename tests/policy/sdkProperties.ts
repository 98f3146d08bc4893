/**
 * Properties as @pulumi/policy hands them to a policy: the SDK's own proxies, which it does not export with types, around
 * the values that its server reads from the wire.
 */
import type { ResourceValidationArgs } from "@pulumi/policy";
import * as proxy from "@pulumi/policy/proxy";
import * as secret from "@pulumi/policy/secret";

const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy<T>(properties: T): T;
  unknownStringValue: string;
};
const { secretsPreservingProxy } = secret as unknown as {
  secretsPreservingProxy<T>(properties: T): T;
};

/** What stands for an unknown text on the wire. */
export const unknownText = unknownStringValue;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in the SDK's own types.
type Properties = Record<string, any>;

/** As a validation gets them: reading what is unknown throws. */
export function asValidated(properties: Properties): Properties {
  return unknownCheckingProxy(properties);
}

/** As a remediation gets them: secrets read as their values, and their marks are kept below. */
export function asRemediated(properties: Properties): Properties {
  return unknownCheckingProxy(secretsPreservingProxy(properties));
}

/** The arguments of a validation or a remediation of one resource. */
export function argumentsFor(
  resource: { type: string; urn?: string; props: Properties },
  config: object = {},
): ResourceValidationArgs {
  const { type, urn = `urn:pulumi:test::test::${type}::it`, props } = resource;
  return {
    type,
    urn,
    props,
    name: urn.split("::").pop() ?? "",
    opts: {
      protect: false,
      ignoreChanges: [],
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
    },
    stackTags: new Map(),
    isType: () => false,
    asType: () => undefined,
    getConfig: <T extends object>() => config as T,
    notApplicable: (reason) => {
      throw new Error(reason);
    },
  };
}
