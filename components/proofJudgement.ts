import * as pulumi from "@pulumi/pulumi";
import type { ProofReport, ProofTest } from "./peerProof";
import { hasOwnKey } from "./plan/ownKey";
import { guardOf, type GuardingGroup } from "./plan/proofGuard";
import { notTested } from "./plan/proofNotTested";
import { provedParts, type ProofRecord } from "./plan/proofRecord";
import { judgeProof } from "./plan/proofVerdict";
import type { ProofSteps } from "./proofSteps";
import { securityGroupsNow } from "./securityGroupsNow";
import { joined, together } from "./outputs";

/** What the tests of a proof come to. */
export interface ProofJudgement {
  reports: Record<string, ProofReport>;
  failures: string[];
  tests: Record<string, ProofTest>;
}

export interface ProofJudgementArgs {
  name: string;
  /** Keys of the machines, in order. */
  keys: readonly string[];
  last: pulumi.Output<Readonly<Record<string, ProofRecord>>>;
  /** What the last update reported. */
  lastReports: pulumi.Output<Readonly<Record<string, ProofReport>>>;
  token?: string;
  warns: boolean;
  securityGroupIds: pulumi.Output<string[]>;
}

/**
 * Judges the tests of this update, and those of earlier ones that still hold. Azure is asked for the security groups only where
 * a test of this update failed: then a rule that somebody else has put in front is known, too. What an earlier one warned of is said
 * again as it was found, since the network may have become another one.
 */
export function proofJudgement(
  steps: ProofSteps,
  { name, keys, last, lastReports, token, warns, securityGroupIds }: ProofJudgementArgs,
  parent: { parent: pulumi.Resource },
): pulumi.Output<ProofJudgement> {
  const { targets, facts, names, listeners, tests, parts, runs } = steps;
  return together([
    facts,
    names,
    listeners,
    tests,
    parts,
    runs,
    last,
    joined([lastReports, securityGroupIds]),
  ]).apply(async ([known, resolved, listening, tested, depends, ran, earlier, [before, ids]]) => {
    const machines = keys.map((key) => {
      const record = hasOwnKey(earlier, key) ? earlier[key] : undefined;
      const kept = record?.run === ran[key] ? record : undefined;
      const delaySeconds = kept?.delaySeconds ?? steps.delaySeconds(key) ?? 0;
      const { leftOut, address, ports, names: own, groups, seed } = known[key];
      const warned = leftOut === undefined && kept?.outcome === "warned" ? kept : undefined;
      return {
        ...{ machine: key, address, ports, names: own, groups, seed, leftOut },
        ...{ listener: listening[key], test: tested[key], delaySeconds, record, kept },
        /** What an earlier update has warned of, in its own words. */
        warnings: warned?.failures,
      };
    });
    const judge = (groups: GuardingGroup[]) => {
      const addresses = machines.map(({ address }) => address);
      const plan = { targets, names: resolved, guard: guardOf(groups, addresses) };
      const reports: Record<string, ProofReport> = judgeProof(machines, plan);
      for (const { machine, kept, warnings } of machines) {
        // What has come since then to the others is not what it was asked about.
        if (kept?.outcome === "passed") reports[machine].failures = [];
        if (warnings) reports[machine] = asFound(machine, before, reports, warnings);
      }
      const fresh = machines.flatMap(({ machine, warnings }) =>
        warnings ? [] : reports[machine].failures,
      );
      const failures = machines.flatMap(({ machine, warnings }) =>
        warnings ? warnings.map(fromEarlier) : reports[machine].failures,
      );
      return { reports, fresh, failures };
    };
    let found = judge([]);
    if (!pulumi.runtime.isDryRun()) {
      if (found.fresh.length > 0) found = judge(await securityGroupsNow(ids, parent));
      if (found.failures.length > 0 && warns) {
        pulumi.log.warn(proofFailed(name, found.failures), parent.parent);
      }
      const missed = notTested(keys.flatMap((key) => found.reports[key].notTested ?? []));
      if (missed !== "") pulumi.log.info(`The proof ${name}: ${missed}`, parent.parent);
    }
    const records = machines.flatMap((one): [string, ProofTest][] => {
      const { machine, record, kept, test, leftOut, delaySeconds } = one;
      if (leftOut !== undefined) return record ? [[machine, record]] : [];
      if (kept) return [[machine, kept]];
      if (!test) return [];
      const { failures } = found.reports[machine];
      const outcome = failures.length > 0 ? (warns ? "warned" : "failed") : "passed";
      const said = outcome === "warned" ? { failures } : {};
      const proved = provedParts(depends[machine], test);
      const latest = token ?? record?.token;
      const given = latest === undefined ? {} : { token: latest };
      const noted = { parts: proved, ...given, outcome, delaySeconds, ...said };
      return [[machine, { run: ran[machine], ...noted }]];
    });
    const { reports, failures } = found;
    return { reports, failures, tests: Object.fromEntries(records) };
  });
}

/**
 * The report of the update that tested, whose reasons are those of then. One in which the machine then took no part is not of that
 * test: then it is judged by what the others are like now, but for what failed.
 */
function asFound(
  machine: string,
  before: Readonly<Record<string, ProofReport>>,
  now: Readonly<Record<string, ProofReport>>,
  warnings: readonly string[],
): ProofReport {
  const last = hasOwnKey(before, machine) ? before[machine] : undefined;
  const report = last && last.leftOut === undefined ? last : now[machine];
  return { ...report, failures: [...warnings] };
}

function fromEarlier(failure: string): string {
  return `${failure} (found by an earlier update; another proof.token tests again)`;
}

/** All that failed, one a line. */
export function proofFailed(name: string, failures: readonly string[]): string {
  const count = failures.length === 1 ? "one failure" : `${failures.length} failures`;
  return `The proof ${name} has ${count}:\n${failures.map((failure) => `  ${failure}`).join("\n")}`;
}
