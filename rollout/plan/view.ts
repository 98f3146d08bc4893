/** How a rollout stands, folded from its events: what lines, tables and reports are made of. Pure. */
import type { ExitCode } from "../context";
import type { Drift, Finding, RolloutEvent, StagePlan, StageStatus, Standing } from "./progress";
import type { StagePhase } from "./record";

/** A ring, or a stage, and since when it stands so. */
export interface Part {
  name: string;
  standing: Standing;
  detail?: string;
  /** When it was begun, ISO 8601; absent where it never was. */
  begunAt?: string;
  /** When it came to stand as it does. */
  since?: string;
}

export interface StageView extends Part {
  phase?: StagePhase;
  /** When it came to its phase. */
  phaseSince?: string;
  rings: Part[];
  findings: Finding[];
  plan?: StagePlan;
  status?: StageStatus;
  drift: Drift[];
}

export interface RolloutView {
  /** Name of the rollout; absent where nothing is rolled out. */
  rollout?: string;
  command?: string;
  /** When the first event was. */
  begunAt?: string;
  endedAt?: string;
  exitCode?: ExitCode;
  /** In the order of the waves. */
  stages: StageView[];
}

/** Before any event. */
export const nothingYet: RolloutView = { stages: [] };

/** The view after one more event. Texts lose what is no text: colours, line ends at their ends, control characters. */
export function after(view: RolloutView, event: RolloutEvent): RolloutView {
  const begun = { ...view, begunAt: view.begunAt ?? event.at };
  switch (event.kind) {
    case "rollout":
      return {
        ...begun,
        rollout: event.rollout,
        command: event.command,
        stages: event.waves
          .flat()
          .map((name) => view.stages.find((stage) => stage.name === name) ?? pending(name)),
      };
    case "end":
      return { ...begun, endedAt: event.at, exitCode: event.exitCode as ExitCode };
    case "stage":
      return withStage(begun, event.stage, (stage) => {
        const { phase = stage.phase } = event;
        const isSame = phase === stage.phase;
        return {
          ...standingAt(stage, event),
          phase,
          phaseSince: isSame ? stage.phaseSince : event.at,
        };
      });
    case "ring":
      return withStage(begun, event.stage, (stage) => {
        const known = stage.rings.find(({ name }) => name === event.ring);
        const ring = standingAt(known ?? { name: event.ring, standing: "pending" }, event);
        const rings = known
          ? stage.rings.map((one) => (one === known ? ring : one))
          : [...stage.rings, ring];
        return { ...stage, rings };
      });
    case "finding": {
      const finding = { ...event.finding, message: plainText(event.finding.message) };
      return withStage(begun, event.stage, (stage) => ({
        ...stage,
        findings: [...stage.findings, finding],
      }));
    }
    case "plan":
      return withStage(begun, event.stage, (stage) => ({ ...stage, plan: event.plan }));
    case "status":
      return withStage(begun, event.stage, (stage) => ({ ...stage, status: event.status }));
    case "drift": {
      const drift = { ...event.drift, details: event.drift.details.map(plainText) };
      return withStage(begun, event.stage, (stage) => ({
        ...stage,
        drift: [...stage.drift, drift],
      }));
    }
  }
}

/** The view after all of them. */
export function viewOf(events: readonly RolloutEvent[]): RolloutView {
  return events.reduce(after, nothingYet);
}

function pending(name: string): StageView {
  return { name, standing: "pending", rings: [], findings: [], drift: [] };
}

function standingAt<Known extends Part>(
  part: Known,
  { standing, detail, at }: { standing: Standing; detail?: string; at: string },
): Known {
  return {
    ...part,
    standing,
    detail: detail === undefined ? undefined : plainText(detail),
    begunAt: part.begunAt ?? (standing === "pending" || standing === "skipped" ? undefined : at),
    since: standing === part.standing ? (part.since ?? at) : at,
  };
}

function withStage(
  view: RolloutView,
  name: string,
  change: (stage: StageView) => StageView,
): RolloutView {
  const known = view.stages.some((stage) => stage.name === name);
  const stages = known ? view.stages : [...view.stages, pending(name)];
  return {
    ...view,
    stages: stages.map((stage) => (stage.name === name ? change(stage) : stage)),
  };
}

/** Without the engine's colour marks (`<{%reset%}>`), a terminal's escapes, and other control characters than line ends. */
export function plainText(text: string): string {
  return text
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(/\u001b(\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)|[@-_])/g, "")
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, " ")
    .trim();
}

/** The text in one line, cut to a length where one is given. */
export function oneLine(text: string, most = Infinity): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, Math.max(0, most - 3))}...` : line;
}

/** Seconds between two times, 0 where one is not known. */
export function secondsBetween(from: string | undefined, to: string | Date | undefined): number {
  if (from === undefined || to === undefined) return 0;
  return Math.max(0, (new Date(to).getTime() - Date.parse(from)) / 1000);
}
