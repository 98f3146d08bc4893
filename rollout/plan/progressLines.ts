/** Progress as plain lines, one for each change of a stage or ring. Pure. */
import { durationText } from "./duration";
import type { RolloutEvent } from "./progress";
import { oneLine, plainText, secondsBetween, type Part, type RolloutView } from "./view";
import { findingWords, isOver, planWords, resultOf } from "./words";

/** The line for an event, given the views before and after it; undefined where nothing has changed that is worth one. */
export function lineOf(
  event: RolloutEvent,
  before: RolloutView,
  view: RolloutView,
): string | undefined {
  const text = textOf(event, before, view);
  return text === undefined ? undefined : `${clockOf(event.at)}  ${text}`;
}

function textOf(event: RolloutEvent, before: RolloutView, view: RolloutView): string | undefined {
  switch (event.kind) {
    case "rollout": {
      const waves = event.waves.map((wave) => wave.join(" + ")).join(", then ");
      return `${event.command}: ${waves}${event.rollout === "" ? "" : ` (rollout ${event.rollout})`}`;
    }
    case "stage": {
      const [was, is] = [before, view].map(({ stages }) =>
        stages.find(({ name }) => name === event.stage),
      );
      if (
        !is ||
        (was?.standing === is.standing && was.phase === is.phase && was.detail === is.detail)
      )
        return undefined;
      // A stage that goes on says which phase it has come to.
      const what = is.standing === "running" && is.phase ? is.phase : resultOf(is);
      return changed(event.stage, what, is, event.at);
    }
    case "ring": {
      const [was, is] = [before, view].map(({ stages }) =>
        stages
          .find(({ name }) => name === event.stage)
          ?.rings.find(({ name }) => name === event.ring),
      );
      if (!is || (was?.standing === is.standing && was.detail === is.detail)) return undefined;
      if (is.standing === "pending") return undefined;
      return changed(`${event.stage}/${event.ring}`, is.standing, is, event.at);
    }
    case "finding":
      return `${event.stage}  ! ${oneLine(plainText(findingWords(event.finding)))}`;
    case "plan":
      return `${event.stage}  plan: ${planWords(event.plan)}`;
    case "drift":
      if (event.drift.standing === "in place") return undefined;
      return `${event.stage}  ${event.drift.side}: ${event.drift.subject} ${event.drift.standing}: ${oneLine(plainText(event.drift.details.join("; ")))}`;
    case "end":
      return `ended after ${durationText(secondsBetween(view.begunAt, event.at))} with exit code ${event.exitCode}`;
    case "status":
      return undefined;
  }
}

function changed(subject: string, what: string, part: Part, at: string): string {
  const took = isOver(part.standing) ? secondsBetween(part.begunAt, at) : 0;
  const duration = took >= 1 ? ` after ${durationText(took)}` : "";
  return `${subject}  ${what}${duration}${part.detail === undefined ? "" : `: ${oneLine(part.detail)}`}`;
}

/** What goes on just now, a line for each stage at work: said each minute where nothing else is. */
export function stillLines(view: RolloutView, now: Date): string[] {
  return view.stages
    .filter(({ standing }) => standing === "running")
    .map(({ name, phase, phaseSince, begunAt, rings }) => {
      const ring = rings.filter(({ standing }) => standing === "running").map((one) => one.name);
      const where = ring.length > 0 ? `, ring ${ring.join(" and ")}` : "";
      const since = durationText(secondsBetween(phaseSince ?? begunAt, now));
      return `${clockOf(now.toISOString())}  ${name}  still ${phase ?? "at work"}${where}, for ${since}`;
    });
}

/** The time of day in UTC, which is that of CI's own logs. */
export function clockOf(at: string): string {
  return at.slice(11, 19);
}
