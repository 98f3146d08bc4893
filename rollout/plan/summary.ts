/** The tables at the end of a verb. Pure. */
import Table from "cli-table3";
import { durationText } from "./duration";
import type { GivenOptions } from "./call";
import { howToGoOn } from "./goOn";
import { oneLine, secondsBetween, type Part, type RolloutView, type StageView } from "./view";
import { findingWords, planWords, resultOf } from "./words";

/** What came of everything, for people. `given` is what hints of how to go on say again. */
export function summaryText(view: RolloutView, given?: GivenOptions): string {
  const parts = [
    view.stages.length === 0 ? "" : stageTable(view),
    ...(view.stages.some(({ status }) => status) ? [statusTable(view)] : []),
    ...(view.stages.some(({ drift }) => drift.length > 0) ? [driftTable(view)] : []),
    findingLines(view),
    howToGoOn(view, given)
      .map(({ why, commands }) => `${why}:\n  ${commands.join("\n  ")}`)
      .join("\n"),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function stageTable(view: RolloutView): string {
  const hasPlans = view.stages.some(({ plan }) => plan);
  const table = newTable(["Stage", "Ring", "Result", "Took", ...(hasPlans ? ["Plan"] : []), "Why"]);
  for (const stage of view.stages) {
    const plan = hasPlans ? [stage.plan ? planWords(stage.plan) : ""] : [];
    table.push([stage.name, "", resultOf(stage), took(stage), ...plan, detailOf(stage)]);
    for (const ring of stage.rings) {
      const noPlan = hasPlans ? [""] : [];
      table.push(["", ring.name, ring.standing, took(ring), ...noPlan, detailOf(ring)]);
    }
  }
  return table.toString();
}

function statusTable(view: RolloutView): string {
  const table = newTable(["Stage", "Stack", "Last good", "Last rollout", "Otherwise now"]);
  for (const { name, status } of view.stages) {
    if (!status) continue;
    table.push([name, status.stack, ...statusCells(status)]);
  }
  return table.toString();
}

/** Last good, last rollout, and what is otherwise now, in words. */
export function statusCells({
  lastGood,
  attempt,
  changed,
}: NonNullable<StageView["status"]>): string[] {
  const good = lastGood
    ? `${lastGood.at}${lastGood.commit ? ` ${lastGood.commit.slice(0, 12)}` : ""}`
    : "never";
  const last = attempt ? `${attempt.outcome} (${attempt.phase}) ${attempt.since}` : "none";
  const otherwise = lastGood ? changed.join(", ") || "nothing" : "";
  return [good, last, otherwise];
}

function driftTable(view: RolloutView): string {
  const table = newTable(["Stage", "Where", "What", "Standing", "Details"]);
  for (const { name, drift } of view.stages) {
    const inPlace = drift.filter(({ standing }) => standing === "in place").length;
    for (const { side, subject, standing, details } of drift) {
      if (standing === "in place") continue;
      table.push([name, side, subject, standing, oneLine(details.join("; "), 100)]);
    }
    if (inPlace > 0) table.push([name, "", `${inPlace} more`, "in place", ""]);
  }
  return table.toString();
}

function findingLines(view: RolloutView): string {
  return view.stages
    .flatMap(({ name, findings }) => findings.map((finding) => `${name}: ${findingWords(finding)}`))
    .map((line) => oneLine(line))
    .join("\n");
}

function newTable(head: string[]): InstanceType<typeof Table> {
  // No colours: the table is also read in logs.
  return new Table({ head, style: { head: [], border: [] } });
}

/** How long it took, as far as it is known. */
export function took({ begunAt, since }: Part): string {
  const seconds = secondsBetween(begunAt, since);
  return seconds < 1 ? "" : durationText(seconds);
}

function detailOf({ detail = "" }: Part): string {
  return oneLine(detail, 60);
}
