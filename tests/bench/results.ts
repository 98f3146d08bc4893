import type { KindName } from "../../bench/kinds";
import type { Operation } from "../../bench/options";
import type { Results, Sample } from "../../bench/results";

/** The results of a run on nobody's computer. */
export function resultsOf(samples: Sample[], rest: Partial<Results> = {}): Results {
  return {
    version: 1,
    facts: {
      date: "2026-01-02T03:04:05.000Z",
      processor: "Processor",
      cores: 2,
      memoryGigabytes: 8,
      system: "linux x64",
      node: "20.0.0",
      engine: "3.230.0 (release)",
      commandProvider: "standIn",
    },
    rounds: 3,
    skipsCheckpoints: false,
    samples,
    chains: [],
    ...rest,
  };
}

/** A sample of which only the wall time says anything, unless more is given. */
export function sampleOf(
  kind: KindName,
  machines: number,
  operation: Operation,
  round: number,
  seconds: number,
  rest: Partial<Sample> = {},
): Sample {
  const reached = { remoteCommands: 0, runCommands: 0, connections: 0, refused: 0 };
  return { kind, machines, operation, round, seconds, resources: 1, ...reached, ...rest };
}
