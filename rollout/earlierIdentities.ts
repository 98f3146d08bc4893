import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { KeptResource } from "./plan/record";
import type { Stage } from "./stage";

/** A stack's state as `pulumi stack export` writes it, as far as it is looked at here. */
interface StackExport {
  deployment: { resources?: StateResource[] };
}
type StateResource = KeptResource & { delete?: boolean };

/** What the state keeps of an identity that is made once: `ada-identity`, and the step and stashes it comes from. */
const keptNames = /::[^.:]*-(generation|export-password|export|identity)$/;
const keeper = "peerlab:index:SharedPeerIdentity";
const keptTypes = ["pulumi:index:Stash", "command:remote:Command"];

/** Whether these steps of a preview make an identity anew, as another `rotation` does. */
export function makesIdentitiesAnew(steps: readonly EngineEvent[]): boolean {
  return steps.some(({ resourcePreEvent }) => {
    const { op, urn, type } = resourcePreEvent!.metadata;
    return op === "replace" && isKept({ urn, type });
  });
}

/** What the stack keeps of its identities now; secrets are as its secrets provider has encrypted them. */
export async function identitiesOf(stage: Stage): Promise<KeptResource[]> {
  const { deployment } = await exportState(stage);
  return (deployment.resources ?? []).filter((one) => isKept(one) && !one.delete);
}

/**
 * Puts earlier identities into the stack's state, where they are others by now: an update then finds the rotation that they were
 * made for, makes none, and gives them to the machines again. Returns whether there was one. Nothing that was made for an
 * identity is outside of the state but on machines, where each one's own step replaces it.
 */
export async function putBackIdentities(
  stage: Stage,
  earlier: readonly KeptResource[],
): Promise<boolean> {
  const state = await exportState(stage);
  const resources = withEarlier(state.deployment.resources ?? [], earlier);
  if (!resources) return false;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-"));
  const file = path.join(folder, "state.json");
  try {
    state.deployment.resources = resources;
    fs.writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
    await stage.pulumi.run(["stack", "import", "--file", file, "--stack", stage.definition.stack]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return true;
}

/**
 * The resources of a state with the earlier ones in the place of those that are there under the same names, which are taken out, also
 * where they wait to be deleted: of none of them there is anything to delete. Where they stand in the state, what they belong to and
 * depend on stays as it is now. Undefined where none is another one.
 */
export function withEarlier(
  resources: readonly StateResource[],
  earlier: readonly KeptResource[],
): StateResource[] | undefined {
  const before = new Map(earlier.map((one) => [one.urn, one]));
  const isOther = (one: StateResource) =>
    !one.delete && isKept(one) && before.has(one.urn) && before.get(one.urn)!.id !== one.id;
  // A person's identity is one thing: all of its parts, or none.
  const owners = new Set(resources.filter(isOther).map(({ parent }) => parent));
  if (owners.size === 0) return undefined;
  return resources.flatMap((one) => {
    const kept = owners.has(one.parent) ? before.get(one.urn) : undefined;
    if (!kept) return [one];
    if (one.delete) return [];
    const { parent, provider, dependencies, propertyDependencies } = one;
    const now = { parent, provider, dependencies, propertyDependencies };
    return [{ ...kept, ...JSON.parse(JSON.stringify(now)) } as StateResource];
  });
}

function isKept({ urn, type }: Pick<StateResource, "urn" | "type">): boolean {
  const types = urn.split("::")[2]?.split("$") ?? [];
  return keptTypes.includes(type) && types.at(-2) === keeper && keptNames.test(urn);
}

async function exportState({ pulumi, definition }: Stage): Promise<StackExport> {
  const text = await pulumi.run(["stack", "export", "--stack", definition.stack]);
  return JSON.parse(text) as StackExport;
}
