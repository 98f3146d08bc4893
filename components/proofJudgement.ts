import * as pulumi from "@pulumi/pulumi";
import type { ProofReport, ProofTest } from "./peerProof";
import { hasOwnKey } from "./plan/ownKey";
import { guardOf, type GuardingGroup } from "./plan/proofGuard";
import { provedParts, type ProofRecord } from "./plan/proofRecord";
import { judgeProof } from "./plan/proofVerdict";
import type { ProofSteps } from "./proofSteps";
import { securityGroupsNow } from "./securityGroupsNow";

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
  token?: string;
  warns: boolean;
  securityGroupIds: pulumi.Output<string[]>;
}

/**
 * Judges the tests of this update, and those of earlier ones that still hold. Azure is asked for the security groups only where
 * something failed: then a rule that somebody else has put in front is known, too.
 */
export function proofJudgement(
  steps: ProofSteps,
  { name, keys, last, token, warns, securityGroupIds }: ProofJudgementArgs,
  parent: { parent: pulumi.Resource },
): pulumi.Output<ProofJudgement> {
  const { targets, facts, names, listeners, tests, parts, runs } = steps;
  return pulumi
    .all([facts, names, listeners, tests, parts, runs, last, securityGroupIds])
    .apply(async ([known, resolved, listening, tested, depends, ran, earlier, groupIds]) => {
      const machines = keys.map((key) => {
        const record = hasOwnKey(earlier, key) ? earlier[key] : undefined;
        const kept = record?.run === ran[key] ? record : undefined;
        const delaySeconds = kept?.delaySeconds ?? steps.delaySeconds(key) ?? 0;
        const { leftOut, address, ports, names: own, groups, seed } = known[key];
        return {
          ...{ machine: key, address, ports, names: own, groups, seed, leftOut },
          ...{ listener: listening[key], test: tested[key], delaySeconds, record, kept },
        };
      });
      const judge = (groups: GuardingGroup[]) => {
        const addresses = machines.map(({ address }) => address);
        const plan = { targets, names: resolved, guard: guardOf(groups, addresses) };
        const reports: Record<string, ProofReport> = judgeProof(machines, plan);
        for (const { machine, kept } of machines) {
          // What has come since then to the others is not what it was asked about.
          if (kept?.outcome === "passed") reports[machine].failures = [];
        }
        return { reports, failures: keys.flatMap((key) => reports[key].failures) };
      };
      let found = judge([]);
      if (found.failures.length > 0 && !pulumi.runtime.isDryRun()) {
        found = judge(await securityGroupsNow(groupIds, parent));
        if (warns) pulumi.log.warn(proofFailed(name, found.failures), parent.parent);
      }
      const records = machines.flatMap((one): [string, ProofTest][] => {
        const { machine, record, kept, test, leftOut, delaySeconds } = one;
        if (leftOut !== undefined) return record ? [[machine, record]] : [];
        if (kept) return [[machine, kept]];
        if (!test) return [];
        const hasFailed = found.reports[machine].failures.length > 0;
        const outcome = hasFailed ? (warns ? "warned" : "failed") : "passed";
        const proved = provedParts(depends[machine], test);
        const latest = token ?? record?.token;
        const given = latest === undefined ? {} : { token: latest };
        return [[machine, { run: ran[machine], parts: proved, ...given, outcome, delaySeconds }]];
      });
      return { ...found, tests: Object.fromEntries(records) };
    });
}

/** All that failed, one a line. */
export function proofFailed(name: string, failures: readonly string[]): string {
  const count = failures.length === 1 ? "one failure" : `${failures.length} failures`;
  return `The proof ${name} has ${count}:\n${failures.map((failure) => `  ${failure}`).join("\n")}`;
}
