import * as pulumi from "@pulumi/pulumi";
import { thisUpdate } from "./thisUpdate";

/** Which resource a hook is for. */
export interface HookedResource {
  /** Its type's token, such as `command:remote:Command`. */
  type: string;
  name: string;
  parent: pulumi.Resource;
}

/**
 * One hook for all resources of an update that have one: each hook that is registered is a request to the engine and a callback that
 * it keeps, and in a preview of many machines, where none of them is ever called, they were as many as the resources.
 */
export interface SharedHook {
  binding: pulumi.ResourceHookBinding;
  /** What is done before a resource is created or updated, by type and name; several where parents differ. */
  actions: Map<string, { parent: pulumi.Resource; actions: pulumi.ResourceHookFunction[] }[]>;
}

/** The types of resources that have a hook, beside those of the command provider. */
export const stashType = "pulumi:index:Stash";

/** Pulumi's mocks, by which people test their programs, register neither hooks nor transforms: a resource would never come. */
export function runsInEngine(): boolean {
  const monitor = pulumi.runtime.getMonitor() as { registerResourceHook?: unknown } | undefined;
  return typeof monitor?.registerResourceHook === "function";
}

/** What is done, one after the other, before a resource is created and before each of its updates. To be called once for a resource. */
export function beforeEach(
  { type, name, parent }: HookedResource,
  ...actions: pulumi.ResourceHookFunction[]
): pulumi.ResourceHookBinding | undefined {
  if (!runsInEngine()) return undefined;
  const update = thisUpdate();
  // The engine knows hooks by their name, and of each name one: that of the first resource is its own in the program, whichever
  // copies of this library it loads, and the same in each run.
  update.hook ??= sharedHook(keyOf(type, name));
  const { binding, actions: known } = update.hook;
  const key = keyOf(type, name);
  known.set(key, [...(known.get(key) ?? []), { parent, actions }]);
  return binding;
}

const keyOf = (type: string, name: string) => `${type}_${name}`;

function sharedHook(first: string): SharedHook {
  const actions: SharedHook["actions"] = new Map();
  const hook = new pulumi.ResourceHook(`${first}_before`, async (args) => {
    const { type, name, urn } = args;
    const found = actions.get(keyOf(type, name)) ?? [];
    const own = found.length === 1 ? found[0] : await ofUrn(urn, type, name, found);
    if (!own) throw new Error(`${urn} has a hook, and nobody has said what for`);
    for (const action of own.actions) await action(args);
  });
  return { binding: { beforeCreate: [hook], beforeUpdate: [hook] }, actions };
}

/** Of resources of one type and name the one under the right parent. */
async function ofUrn<T extends { parent: pulumi.Resource }>(
  urn: string,
  type: string,
  name: string,
  found: readonly T[],
): Promise<T | undefined> {
  for (const one of found) {
    const its = pulumi.createUrn(name, type, one.parent) as unknown as {
      promise(): Promise<string>;
    };
    if ((await its.promise()) === urn) return one;
  }
  return undefined;
}
