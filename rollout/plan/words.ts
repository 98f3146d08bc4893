/** Words that lines, tables and reports share. Pure. */
import type { Finding, StagePlan, Standing } from "./progress";
import type { StageView } from "./view";

/** Whether nothing more comes of it in this rollout. */
export function isOver(standing: Standing): boolean {
  return standing !== "pending" && standing !== "running";
}

/** What a preview plans, in a few words: `2 create, 1 replace (ada-1), 40 same`. */
export function planWords(plan: StagePlan): string {
  const machines: Readonly<Record<string, readonly string[]>> = {
    create: plan.createdMachines,
    replace: plan.replacedMachines,
    delete: plan.deletedMachines,
  };
  const parts = (["create", "update", "replace", "delete"] as const)
    .filter((what) => plan[what] > 0)
    .map((what) => {
      const own = machines[what] ?? [];
      return `${plan[what]} ${what}${own.length > 0 ? ` (${listed(own, 5)})` : ""}`;
    });
  const steps = plan.steps.length > 0 ? [`${plan.steps.length} guest steps`] : [];
  return [...parts, ...steps, `${plan.same} same`].join(", ");
}

/** The first of them, and how many more there are. */
export function listed(words: readonly string[], most: number): string {
  const more = words.length - most;
  return more > 0 ? `${words.slice(0, most).join(", ")} and ${more} more` : words.join(", ");
}

/** A finding with where it is, in one sentence: `proof, ring canary, ada-1: ...`. */
export function findingWords({ phase, ring, machine, message }: Finding): string {
  const where = [
    phase,
    ...(ring === undefined ? [] : [`ring ${ring}`]),
    ...(machine ? [machine] : []),
  ];
  return `${where.join(", ")}: ${message}`;
}

/** How a stage stands, and at which phase where it did not come to its end. */
export function resultOf({ standing, phase }: Pick<StageView, "standing" | "phase">): string {
  const isDone = standing === "succeeded" || standing === "skipped" || standing === "pending";
  return isDone || phase === undefined ? standing : `${standing} (${phase})`;
}
