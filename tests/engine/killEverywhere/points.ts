import type { Fault } from "../../../local/interfaces";
import type { JournalEntry } from "../../../local/journal";
import type { ObservedRequest } from "../../../local/provider";

/** Where a run is interrupted. */
export type Point =
  /** Killed when the engine's event log has this many lines. */
  | { kind: "event"; line: number }
  /**
   * Killed at a request to a provider, which is the `occurrence`th of its kind: before it, so that it is never carried
   * out, or after it, so that nobody learns of it.
   */
  | { kind: "request"; request: string; occurrence: number; moment: ObservedRequest["moment"] }
  /** Not killed: a remote step loses its connection, or its machine restarts. */
  | { kind: "cut"; fault: Fault };

/** What one whole run went through. */
export interface Course {
  eventLines: number;
  /** By {@link requestKey}, in their order, those that came again included. */
  requests: string[];
  journal: JournalEntry[];
}

/** What tells requests of one run from each other, but for those that are asked again. */
export function requestKey({ operation, token, name }: ObservedRequest): string {
  return [operation, token, name].filter((part) => part !== "").join(" ");
}

/** Every point of a course, in the order of the three kinds. */
export function pointsOf({ eventLines, requests, journal }: Course): Point[] {
  const events = Array.from({ length: eventLines }, (_, line) => ({
    kind: "event" as const,
    line: line + 1,
  }));
  const asked = new Map<string, number>();
  const atRequests = requests.flatMap((request) => {
    const occurrence = (asked.get(request) ?? 0) + 1;
    asked.set(request, occurrence);
    return (["before", "after"] as const).map((moment) => ({
      kind: "request" as const,
      request,
      occurrence,
      moment,
    }));
  });
  const cuts = remoteSteps(journal).flatMap((match) =>
    (["dropConnection", "reboot"] as const).flatMap((kind) =>
      (["before", "during", "after"] as const).map((moment) => ({
        kind: "cut" as const,
        fault: { kind, match, moment, times: 1 },
      })),
    ),
  );
  return [...events, ...atRequests, ...cuts];
}

/** The commands and copies of a run, each as a fault names it. */
function remoteSteps(journal: JournalEntry[]): string[] {
  const steps = journal.flatMap(({ kind, subject, what }) => {
    if (kind === "command") return [`${subject} ${what}`];
    return kind === "copy" ? [`${subject} sftp`] : [];
  });
  return [...new Set(steps)];
}

export function describePoint(point: Point): string {
  switch (point.kind) {
    case "event":
      return `killed at line ${point.line} of the event log`;
    case "request": {
      const again = point.occurrence > 1 ? ` (time ${point.occurrence})` : "";
      return `killed ${point.moment} the effect of ${point.request}${again}`;
    }
    case "cut": {
      const { kind, match = "", moment } = point.fault;
      const step = match.replace(/ .*[ \\/]/, " ");
      return `${step} ${kind === "reboot" ? "met by a restart" : "cut"} ${moment} its effect`;
    }
  }
}

/** As many points of each kind, spread evenly over all of that kind. */
export function sampleOf(points: readonly Point[], countOfEach: number): Point[] {
  return (["event", "request", "cut"] as const).flatMap((kind) =>
    spread(
      points.filter((point) => point.kind === kind),
      countOfEach,
    ),
  );
}

function spread<T>(items: readonly T[], count: number): T[] {
  if (count >= items.length) return [...items];
  // From the middle of each part: the first and the last point are the least interesting ones.
  return Array.from(
    { length: count },
    (_, index) => items[Math.floor(((index + 0.5) * items.length) / count)]!,
  );
}
