import type { ProofReport } from "./proofVerdict";

/** A machine's part of a proof as an output of a stack shows it. */
export interface ProofInFewWords {
  cloud: string;
  /** Peer names that it registers, with their state. */
  names?: string[];
  /** Groups that it is in, with their state. */
  groups?: string[];
  /** Ports that it reached, by machine: `3587 5001`. */
  reaches: Record<string, string>;
  failures?: string[];
  notTested?: string[];
  leftOut?: string;
}

/** A report without what is as it should be for each single port and name; a lab of 200 machines has a line for each pair. */
export function inFewWords(report: ProofReport): ProofInFewWords {
  const { cloud, names, groups, ports, failures, notTested, leftOut } = report;
  const reaches: Record<string, string> = {};
  for (const { machine, port, verdict } of ports) {
    if (verdict !== "reachable") continue;
    reaches[machine] = [reaches[machine] ?? [], port].flat().join(" ");
  }
  return {
    cloud,
    ...(names.length > 0 && { names: names.map((name) => `${name.peerName} ${name.state}`) }),
    ...(groups.length > 0 && { groups: groups.map((group) => `${group.group} ${group.state}`) }),
    reaches,
    ...(failures.length > 0 && { failures }),
    ...(notTested !== undefined && { notTested }),
    ...(leftOut !== undefined && { leftOut }),
  };
}
