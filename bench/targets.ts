import { kindOf, type KindName } from "./kinds";
import { configurationOf, defaultLabSize } from "./labs";
import type { Operation } from "./options";
import type { Results, Sample } from "./results";
import { ratioOf, spreadOf, type Spread } from "./statistics";

/** Something that has to hold, and what was measured of it. */
export interface Target {
  what: string;
  /** The most that it may be. */
  atMost: number;
  /** Undefined where the run did not measure it. */
  measured?: Spread;
  /** Whether the median of a time or of memory, or the most of what is counted, keeps to it. */
  isMet?: boolean;
  /** The same ratio of the program's CPU seconds, for wall times: other work on the computer disturbs it less. */
  ofCpu?: Spread;
}

type Pick = (sample: Sample) => number | undefined;

const seconds: Pick = (sample) => sample.seconds;
const programCpu: Pick = ({ program }) => program?.cpuSeconds;
const programMemory: Pick = ({ program }) => program?.peakMegabytes;

/** A value of each round that has it. */
export function byRound(
  results: Results,
  kind: KindName,
  machines: number,
  operation: Operation,
  pick: Pick,
): Map<number, number> {
  const found = new Map<number, number>();
  for (const sample of results.samples) {
    const isIt =
      sample.kind === kind && sample.machines === machines && sample.operation === operation;
    const value = isIt ? pick(sample) : undefined;
    if (value !== undefined) found.set(sample.round, value);
  }
  return found;
}

/** What the library promises, as ratios of medians of one run, and what must not be at all. */
export function targetsOf(results: Results): Target[] {
  const letter = (kind: KindName) => `(${kindOf(kind).letter})`;
  const ratio = (
    machines: number,
    kind: KindName,
    other: KindName,
    atMost: number,
    what = `preview of ${machines} machines`,
    pick = seconds,
  ): Target => {
    const of = (value: Pick) =>
      ratioOf(
        byRound(results, kind, machines, "preview", value),
        byRound(results, other, machines, "preview", value),
      );
    const target = judged(`${what}: ${letter(kind)} ÷ ${letter(other)}`, atMost, of(pick));
    return pick === seconds ? { ...target, ofCpu: of(programCpu) } : target;
  };
  const memory = "memory of the program, preview of 200 machines";
  return [
    ratio(200, "library", "hand-written-default", 0.25),
    ratio(200, "library", "bare", 1.6),
    ratio(200, "library-default", "hand-written-default", 0.55),
    ratio(200, "library", "hand-written", 0.5),
    ratio(defaultLabSize, "library", "empty", 1.3, "preview of the lab of `npm start`"),
    ratio(200, "library", "hand-written-default", 0.25, memory, programMemory),
    ...(["preview", "up", "no-op", "destroy"] as const).map((operation) =>
      linear(results, operation),
    ),
    ...(["no-op", "destroy"] as const).map((operation) => untouched(results, operation)),
    ...sizesOf(results).map((machines) => connections(results, machines)),
  ];
}

/** Sizes that were measured, the smallest first. */
export function sizesOf({ samples }: Results): number[] {
  return [...new Set(samples.map(({ machines }) => machines))].sort((one, other) => one - other);
}

/** What a machine costs at 200 of them and at 50, beyond what the empty program costs. */
function linear(results: Results, operation: Operation): Target {
  const perMachine = (machines: number) => {
    const empty = byRound(results, "empty", machines, operation, seconds);
    const costs = [...byRound(results, "library", machines, operation, seconds)].flatMap(
      ([round, value]): [number, number][] => {
        const least = empty.get(round);
        return least === undefined ? [] : [[round, (value - least) / machines]];
      },
    );
    return new Map(costs);
  };
  return judged(
    `${operation}, (d) − (a′) per machine: at 200 machines ÷ at 50`,
    1.2,
    ratioOf(perMachine(200), perMachine(50)),
  );
}

/** Whatever reaches a machine of the library's in an operation that has nothing to do on any. */
function untouched(results: Results, operation: Operation): Target {
  const reached = results.samples
    .filter((sample) => sample.operation === operation && sample.kind.startsWith("library"))
    .map((sample) => sample.remoteCommands + sample.runCommands + sample.connections);
  const what = `${operation}, (d) and (e): commands and connections, all machines together`;
  return never(what, 0, spreadOf(reached));
}

/** Copy, set and proof for each machine; who makes a person's identity is asked for it once more. */
function connections(results: Results, machines: number): Target {
  const found = results.samples
    .filter((sample) => sample.operation === "up" && sample.kind.startsWith("library"))
    .filter((sample) => sample.machines === machines)
    .map((sample) => (sample.connections - makersIn(machines)) / machines);
  return never(
    `first up of ${machines} machines, (d) and (e): SSH connections per machine, beyond one for each maker of an identity`,
    3,
    spreadOf(found),
  );
}

/** Each person's identity is made on one of her machines. */
function makersIn(machines: number): number {
  return Object.keys(configurationOf(machines)["peerlab:people"] as object).length;
}

function judged(what: string, atMost: number, measured: Spread | undefined): Target {
  return { what, atMost, measured, isMet: measured && measured.median <= atMost };
}

/** Of a number that is counted, each has to keep to it. */
function never(what: string, atMost: number, measured: Spread | undefined): Target {
  return { what, atMost, measured, isMet: measured && measured.max <= atMost };
}
