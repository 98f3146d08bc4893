import type {
  PolicyConfigSchema,
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { plainProperties } from "./properties";
import type { Resource, ResourceFinding } from "./resource";
import { withoutSecrets } from "./shown";

/** What every policy has: how it is called, what it is for, and how much a violation weighs where nothing else is configured. */
export interface PolicyDescription<Configuration extends object> {
  name: string;
  description: string;
  enforcementLevel: "advisory" | "mandatory";
  configSchema?: PolicyConfigSchema;
  /** What holds where the configuration does not say: the same as the schema's defaults. */
  defaults?: Configuration;
}

/** A policy that judges resources one by one, each before anything is done to it. */
export function resourcePolicy<Configuration extends object>(
  description: PolicyDescription<Configuration>,
  concerns: (type: string) => boolean,
  judge: (resource: Resource, configuration: Configuration) => readonly ResourceFinding[],
): ResourceValidationPolicy {
  return {
    ...publicPart(description),
    validateResource: (args, report) => {
      if (!concerns(args.type)) return;
      const configuration = configurationOf(description, args.getConfig<Partial<Configuration>>());
      const resource = resourceOf(args);
      for (const finding of judge(resource, configuration)) {
        report(describe(withoutSecrets(finding, resource)));
      }
    },
  };
}

/** A finding of a policy on the whole stack, with the resource that it is about. */
export interface StackFinding extends ResourceFinding {
  urn: string;
}

/** The resources of a stack that a policy asked for. */
export interface Stack {
  resources: readonly Resource[];
  /** The URNs that a property of a resource was made of. */
  dependencies(urn: string, property: string): readonly string[];
}

/**
 * A policy that judges resources together, when all are declared. It reads their inputs, which it is shown one by one
 * before: of the outputs, which the SDK hands to a policy on a stack, the preview of an update knows next to none. `before` gives
 * what can be judged of a resource by itself: it is refused before it is touched, and not said again with the stack.
 */
export function stackPolicy<Configuration extends object>(
  description: PolicyDescription<Configuration>,
  concerns: (type: string) => boolean,
  judge: (stack: Stack, configuration: Configuration) => readonly StackFinding[],
  before: (resource: Resource) => Stack | undefined = () => undefined,
): ResourceValidationPolicy & StackValidationPolicy {
  const seen = new Map<string, Resource>();
  /** What was said of a resource before it was touched, by URN; it is not said again. */
  const said = new Map<string, ReadonlySet<string>>();
  return {
    ...publicPart(description),
    validateResource: (args, report) => {
      if (!concerns(args.type)) return;
      const resource = resourceOf(args);
      seen.set(args.urn, resource);
      const alone = before(resource);
      if (!alone) return;
      const configuration = configurationOf(description, args.getConfig<Partial<Configuration>>());
      const findings = judge(alone, configuration);
      said.set(args.urn, new Set(findings.map(placeOf)));
      for (const finding of findings) report(describe(withoutSecrets(finding, resource)));
    },
    validateStack: (args, report) => {
      const declared = new Map(args.resources.map((resource) => [resource.urn, resource]));
      const configuration = configurationOf(description, args.getConfig<Partial<Configuration>>());
      const stack: Stack = {
        resources: [...seen.values()].filter(({ urn }) => declared.has(urn)),
        dependencies: (urn, property) => dependenciesOf(declared.get(urn), property),
      };
      for (const finding of judge(stack, configuration)) {
        if (said.get(finding.urn)?.has(placeOf(finding))) continue;
        const shown = withoutSecrets(finding, seen.get(finding.urn), stack.resources);
        report(describe(shown), finding.urn);
      }
    },
  };
}

function placeOf({ path, rule }: StackFinding): string {
  return `${path} ${rule}`;
}

/** One policy of two parts: resources one by one, and all together. */
export function inBothWays(
  one: ResourceValidationPolicy,
  together: ResourceValidationPolicy & StackValidationPolicy,
): ResourceValidationPolicy & StackValidationPolicy {
  const validations = [one.validateResource ?? [], together.validateResource ?? []].flat();
  return { ...one, validateResource: validations, validateStack: together.validateStack };
}

/** A resource as the SDK shows it, with plain properties. */
export function resourceOf({ type, urn, props }: ResourceValidationArgs): Resource {
  return { type, urn, properties: plainProperties(props) };
}

/** The finding as it is printed: where, what, and the rule. */
export function describe({ path, reason, rule }: ResourceFinding): string {
  return `${path === "" ? "" : `${path}: `}${reason} [${rule}]`;
}

function dependenciesOf(resource: PolicyResource | undefined, property: string): string[] {
  return (resource?.propertyDependencies[property] ?? []).map(({ urn }) => urn);
}

function publicPart<Configuration extends object>({
  defaults: _,
  ...part
}: PolicyDescription<Configuration>) {
  return part;
}

function configurationOf<Configuration extends object>(
  { defaults }: PolicyDescription<Configuration>,
  given: Partial<Configuration>,
): Configuration {
  return { ...defaults, ...given } as Configuration;
}
