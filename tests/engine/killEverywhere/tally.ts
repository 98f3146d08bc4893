import { openKillEverywhere } from "./loop";
import { describePoint, sampleOf, type Point } from "./points";
import { continuations, transitions, type Transition } from "./transitions";

export interface TallyOptions {
  /** So many points of each kind, and at each one way to go on; all points and all ways unless given. */
  sample?: number;
  /** Only points whose description holds this. */
  only?: string;
  /** Only every `of`th point, beginning with the `number`th: the loop split over several computers. */
  part?: { number: number; of: number };
  /** Told of each point that was tried, and of each failure at once. */
  report: (line: string) => void;
}

/** How a transition stood its interruptions. */
export interface Tally {
  tried: number;
  /** What was wrong, one text for each way to go on that failed. */
  notHealed: string[];
  /** `a new lab: 504 points tried, 0 not healed`. */
  line: string;
}

/** Interrupts a transition at all of its points, or at a sample of them. */
export async function tallyOf(transition: Transition, options: TallyOptions): Promise<Tally> {
  const { sample, only = "", part = { number: 1, of: 1 }, report } = options;
  const loop = await openKillEverywhere(transition);
  try {
    const matching = loop.points
      .filter((point) => describePoint(point).includes(only))
      .filter((_point, index) => index % part.of === part.number - 1);
    const points = sample === undefined ? matching : sampleOf(matching, sample);
    report(`${transition.name}: ${points.length} of ${countsOf(loop.points)}`);
    const started = Date.now();
    const notHealed: string[] = [];
    let late = 0;
    for (const [index, point] of points.entries()) {
      // Another way for the same kind of point in each transition.
      const turn = continuations[(index + transitions.indexOf(transition)) % 3]!;
      const { met, wrong } = await loop.attempt(
        point,
        sample === undefined ? continuations : [turn],
      );
      if (!met) late += 1;
      for (const [way, findings] of wrong) {
        if (findings.length === 0) continue;
        notHealed.push(
          `${describePoint(point)}, then the ${way} definition: ${findings.join("\n    ")}`,
        );
        report(`  NOT HEALED: ${notHealed.at(-1)}`);
      }
      const seconds = Math.round((Date.now() - started) / 1000);
      const end = met ? "" : " (which the run did not come to)";
      report(`  ${index + 1}/${points.length}, ${seconds} s: ${describePoint(point)}${end}`);
    }
    const notMet = late === 0 ? "" : ` (${late} of them not come to)`;
    const line =
      `${transition.name}: ${points.length} points tried${notMet}, ` +
      `${notHealed.length} not healed`;
    return { tried: points.length, notHealed, line };
  } finally {
    await loop.close();
  }
}

function countsOf(points: readonly Point[]): string {
  const count = (kind: Point["kind"]) => points.filter((point) => point.kind === kind).length;
  return (
    `${points.length} points (${count("event")} events, ${count("request")} moments of requests, ` +
    `${count("cut")} of remote steps)`
  );
}
