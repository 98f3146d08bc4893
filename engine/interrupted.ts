import * as fs from "node:fs";
import * as path from "node:path";
import { isHeld, readLocks, removeBrokenWrites } from "./backendFiles";
import type { Pulumi } from "./pulumi";
import { withTemporaryFolder } from "./temporaryFolder";

export interface HealOptions {
  pulumi: Pulumi;
  stack: string;
  /** Folder of the stacks' state; absent where the stacks are kept somewhere else. */
  backend?: string;
  /**
   * The id of the resource of a type token with these inputs, if it exists. It may also be the id that such a resource would have:
   * what its provider then does not find is forgotten.
   */
  findResource: (
    type: string,
    inputs: Record<string, unknown>,
  ) => string | undefined | Promise<string | undefined>;
  report: (message: string) => void;
}

/** A stack's state as `pulumi stack export` writes it, as far as it is looked at here. */
interface StackExport {
  version: number;
  deployment: {
    resources?: StateResource[];
    pending_operations?: {
      type: "creating" | "updating" | "deleting" | "reading" | "importing";
      resource: StateResource;
    }[];
  };
}

interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  /** Gone already, and to be made anew. */
  pendingReplacement?: boolean;
  /** Replaced already, and to be deleted. */
  delete?: boolean;
}

/**
 * Makes a stack usable again after a run that was killed: takes away the lock of a process that no longer runs, and
 * settles what it was about to create, taking over what exists and forgetting what does not. Throws where another
 * process is still at work on the stack.
 */
export async function healInterrupted(options: HealOptions): Promise<void> {
  await clearLocks(options);
  await settlePending(options);
}

/** Takes away the lock of a process that no longer runs. Throws where another one is still at work on the stack. */
export async function clearLocks({
  pulumi,
  stack,
  backend,
  report,
}: Omit<HealOptions, "findResource">): Promise<void> {
  if (!backend) return;
  removeBrokenWrites(backend, stack);
  const locks = readLocks(backend, stack);
  if (locks.length === 0) return;
  const alive = locks.find(isHeld);
  if (alive) {
    throw new Error(
      `Process ${alive.pid} on ${alive.hostname} is at work on the stack ${stack}. Wait for it, or end it first.`,
    );
  }
  report(`The last run was interrupted and has left a lock on the stack ${stack}: clearing it.`);
  await pulumi.run(["cancel", "--yes", "--stack", stack]);
}

/**
 * Pulumi has flags for pending creations (`pulumi refresh --import-pending-creates`), but of those it is told exist it
 * only forgets that they were pending. So they are put into the state here, and `refresh` then reads their outputs. It
 * also takes all that Azure has filled in for inputs of the program, as there was nothing to compare with; the inputs are
 * therefore put back, or the next run would undo Azure's defaults.
 */
async function settlePending(options: HealOptions): Promise<void> {
  const { pulumi, stack, findResource, report } = options;
  const state = await exportState(options);
  const pending = state.deployment.pending_operations ?? [];
  if (pending.length === 0) return;

  report(
    `The last run was interrupted in ${pending.length} operation(s); the state is brought up to date first.`,
  );
  const created: StateResource[] = [];
  for (const { type, resource } of pending) {
    if (type !== "creating") continue;
    const id = await findResource(resource.type, resource.inputs ?? {});
    if (id !== undefined) created.push({ ...resource, id });
  }
  for (const resource of created) takeOver(state.deployment, resource);
  delete state.deployment.pending_operations;
  await importState(options, state);
  await pulumi.run(["refresh", "--yes", "--skip-preview", "--stack", stack]);

  const refreshed = created.length > 0 ? await exportState(options) : state;
  const existing = created.flatMap(({ urn, id, inputs }) => {
    const resource = refreshed.deployment.resources?.find(
      (candidate) => candidate.urn === urn && candidate.id === id,
    );
    return resource ? [{ resource, inputs }] : [];
  });
  report(
    existing.length === 1
      ? "1 of the resources it was creating exists and is taken over."
      : `${existing.length} of the resources it was creating exist and are taken over.`,
  );
  if (existing.length === 0) return;
  for (const { resource, inputs } of existing) resource.inputs = inputs;
  await importState(options, refreshed);
}

async function exportState({ pulumi, stack }: HealOptions): Promise<StackExport> {
  return JSON.parse(await pulumi.run(["stack", "export", "--stack", stack])) as StackExport;
}

async function importState({ pulumi, stack }: HealOptions, state: StackExport): Promise<void> {
  await withTemporaryFolder("peerlab-", async (folder) => {
    const file = path.join(folder, "state.json");
    fs.writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
    await pulumi.run(["stack", "import", "--file", file, "--stack", stack]);
  });
}

/** Puts a resource that exists into the state, where the engine would have put it after its creation. */
function takeOver(deployment: StackExport["deployment"], created: StateResource): void {
  const resources = (deployment.resources ??= []);
  const position = resources.findIndex(
    (resource) => resource.urn === created.urn && !resource.delete,
  );
  const old = resources[position];
  if (!old) resources.push(created);
  else if (old.pendingReplacement || old.id === created.id) resources[position] = created;
  // Made before the one that it replaces is deleted: that is left to the next run.
  else resources.splice(position, 1, created, { ...old, delete: true });
}
