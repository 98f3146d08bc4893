import * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import type { TestPeerReachabilityReport } from "../guest/contract";
import { isStillOff, WhenOff, type StepPolicy } from "./beforeStep";
import { detached, laterThanPreview, orInPreview, unlessFailed } from "./failedResources";
import { answerOf, guestStep } from "./guestSteps";
import type { Lean } from "./leanResource";
import { asPlain, joined, together } from "./outputs";
import type { PeerMachine } from "./peerMachine";
import type { ProofMachineArgs } from "./peerProof";
import { hasOwnKey } from "./plan/ownKey";
import { defaultSettleSeconds, listeningSeconds } from "./plan/proof";
import { seedPresence } from "./plan/presence";
import { offReason } from "./plan/proofNotTested";
import { presentNameProofs, targetsOf, type NameProof } from "./plan/proofPairs";
import {
  isProved,
  partsOf,
  type ProofParts,
  type ProofRecord,
  type ProofSubject,
} from "./plan/proofRecord";
import { areOpen, openedOn, type OpenListeners } from "./proofListeners";
import { newToken, sha256 } from "./secrets";
import { listenersOfStep } from "./stepListeners";
import { thisUpdate } from "./thisUpdate";

/** What is known of a machine of a proof when all have gone through their steps. */
export interface ProofFacts extends ProofSubject {
  groups: readonly string[];
  seed?: { role: string; server: string };
  /** Why it neither tests nor is tested. */
  leftOut?: string;
}

export interface ProofStepsArgs {
  /** In code-point order of their keys. */
  machines: ReadonlyMap<string, ProofMachineArgs>;
  /** Known when the network is as it is wanted; another value proves everything again. */
  network: pulumi.Output<string>;
  last: pulumi.Output<Readonly<Record<string, ProofRecord>>>;
  policy: StepPolicy;
  token?: string;
  warns: boolean;
  sample?: number;
  settleSeconds?: number;
}

/** What became of the steps of a proof, by machine. Nothing in it depends on a resource, and nothing is secret. */
export interface ProofSteps {
  targets: Record<string, string[]>;
  facts: pulumi.Output<Record<string, ProofFacts>>;
  names: pulumi.Output<NameProof[]>;
  listeners: pulumi.Output<Record<string, OpenListeners | undefined>>;
  tests: pulumi.Output<Record<string, TestPeerReachabilityReport | undefined>>;
  /** What each machine's test depends on. */
  parts: pulumi.Output<Record<string, ProofParts>>;
  /** What each machine's test was run by. */
  runs: pulumi.Output<Record<string, string>>;
  /** How long the question was under way, in seconds, where it was asked in this update. */
  delaySeconds(key: string): number | undefined;
}

type Parent = { parent: pulumi.Resource };

/** Declares a listener and a test for each machine. Everybody listens once all have gone through their steps, then everybody tests. */
export function proofSteps(name: string, args: ProofStepsArgs, parent: Parent): ProofSteps {
  const { machines, policy, token, warns, last, settleSeconds = defaultSettleSeconds } = args;
  const keys = [...machines.keys()];
  const targets = targetsOf(keys, args.sample);
  const everyone = joined(
    each(keys, (key) => factsOf(machines.get(key) as ProofMachineArgs, policy)),
  );
  const facts = together([everyone, args.network]).apply(([known]) => known);
  const names = facts.apply((known) =>
    presentNameProofs(
      each(keys, (key) => known[key].names),
      (key) => known[key].leftOut === undefined,
    ),
  );
  const isLeftOut = (key: string) => facts.apply((known) => known[key].leftOut !== undefined);
  const parts = each(keys, (key) =>
    together([everyone, names, args.network]).apply(([known, resolved, network]) =>
      partsOf(
        key,
        targets[key].filter((target) => isTarget(known[target])),
        resolved.filter(({ resolvers }) => resolvers.includes(key)),
        known,
        (text) => sha256(`${network} ${text}`),
      ),
    ),
  );
  const runs = each(keys, (key) =>
    together([last, parts[key], facts]).apply(([records, now, known]) => {
      const earlier = hasOwnKey(records, key) ? records[key] : undefined;
      if (known[key].leftOut !== undefined) return pulumi.output(earlier?.run ?? "none");
      return isProved(earlier, now, token, warns)
        ? pulumi.output((earlier as ProofRecord).run)
        : laterThanPreview(newToken);
    }),
  );
  const listening = each(keys, (key) => {
    const { machine, ports, step } = machines.get(key) as ProofMachineArgs;
    if (ports.length === 0) return undefined;
    const testers = keys.filter((tester) => targets[tester].includes(key));
    if (testers.length === 0) return undefined;
    const due = joined(testers.map((tester) => runs[tester]));
    const opened = listenersOfStep(step);
    return guestStep(
      `${name}.${key}-listener`,
      {
        machine,
        machineName: key,
        policy,
        leftOut: isLeftOut(key),
        // Asked when everybody has gone through the step: then the tests begin.
        idle:
          opened &&
          together([facts, opened.report]).apply(([, report]) =>
            areOpen(opened, report, ports, keys.length, settleSeconds),
          ),
        action: "Start-PeerListener",
        request: { ports, seconds: listeningSeconds(keys.length, settleSeconds) },
        triggers: [due.apply((all) => sha256(all.join(" ")).slice(0, 32))],
      },
      parent,
    );
  });
  const listeners = each(keys, (key) =>
    openedOn(listening[key], listenersOfStep((machines.get(key) as ProofMachineArgs).step)),
  );
  const asked = new Map<string, { at: number; delaySeconds?: number }>();
  const tests = each(keys, (key) => {
    const opened = joined(Object.fromEntries(targets[key].map((one) => [one, listeners[one]])));
    const request = together([facts, names, opened]).apply(([known, resolved, open]) => {
      asked.set(key, { at: Date.now() });
      return {
        targets: targets[key]
          .filter((target) => isTarget(known[target]) && open[target] !== undefined)
          .map((target) => ({
            name: target,
            address: known[target].address,
            ports: known[target].ports,
          })),
        names: resolved
          .filter(({ resolvers }) => resolvers.includes(key))
          .map(({ peerName, holders }) => ({
            peerName,
            holders: holders
              .filter((holder) => known[holder].leftOut === undefined)
              .map((holder) => known[holder].address)
              .filter((one) => one !== ""),
          })),
        settleSeconds,
        now: new Date().toISOString(),
      };
    });
    return guestStep(
      `${name}.${key}-test`,
      {
        machine: machines.get(key)!.machine,
        machineName: key,
        policy,
        leftOut: isLeftOut(key),
        beforeRun: () => {
          const question = asked.get(key);
          if (question) question.delaySeconds = Math.round((Date.now() - question.at) / 1000);
        },
        action: "Test-PeerReachability",
        request,
        triggers: [runs[key]],
      },
      parent,
    );
  });
  return {
    targets,
    facts,
    names,
    listeners: joined(listeners),
    tests: joined(each(keys, (key) => answered<TestPeerReachabilityReport>(tests[key]))),
    parts: joined(parts),
    runs: joined(runs),
    delaySeconds: (key) => asked.get(key)?.delaySeconds,
  };
}

/** Whether its ports can be tested: somebody has to know its address. */
function isTarget({ leftOut, address, ports }: ProofFacts): boolean {
  return leftOut === undefined && address !== "" && ports.length > 0;
}

/**
 * What is known of a machine, when it has gone through its step or has failed. A preview that does not know something yet goes on
 * with a value that proves nothing. Nothing is started, and nobody fails, for a proof alone: one that is off then takes no part.
 */
function factsOf(args: ProofMachineArgs, policy: StepPolicy): pulumi.Output<ProofFacts> {
  const { ports } = args;
  const update = thisUpdate();
  const machine = pulumi.output(args.machine).apply(machineFacts);
  const unmade = { ...later, leftOut: "it was not made in this update" };
  const isPreview = pulumi.runtime.isDryRun();
  const known = joined([
    elsewhere(machine, isPreview ? later : unmade),
    elsewhere(pulumi.output(args.step), isPreview ? "later" : ""),
    elsewhere(pulumi.output(args.names ?? []), []),
    elsewhere(pulumi.output(args.groups ?? []), []),
  ]);
  const isStarted = isPreview && policy.whenOff === WhenOff.Start;
  return known.apply(([{ power, waitsFor, leftOut, ...facts }, step, names, groups]) => {
    const off = isStillOff(power, update) && !isStarted ? offReason(power.power ?? "") : undefined;
    const reason =
      leftOut ??
      waitsFor ??
      off ??
      (step === "" ? "it did not go through its step in this update" : undefined);
    const isSeed = facts.seed?.role === "seed";
    const held = isSeed ? [...new Set([seedPresence.peerName, ...names])] : names;
    return { ...facts, step, names: held, groups, ports, leftOut: reason };
  });
}

function machineFacts({
  instanceId,
  privateIpv6 = "",
  networking,
  waitsFor,
  ...rest
}: PeerMachine) {
  const facts = { instance: instanceId, address: privateIpv6, seed: networking?.seed };
  const power: PowerFacts = { power: rest.power, virtualMachineId: rest.virtualMachineId };
  return { ...facts, power, waitsFor, leftOut: undefined as string | undefined };
}

type PowerFacts = Pick<PeerMachine, "power" | "virtualMachineId">;

const later: ReturnType<typeof machineFacts> = {
  instance: "later",
  address: "",
  seed: undefined,
  power: {},
  waitsFor: undefined,
  leftOut: undefined,
};

/** The value, of which nothing is secret, without the resources that it comes from. */
export function elsewhere<T>(output: pulumi.Output<T>, substitute: T): pulumi.Output<T> {
  return asPlain(detached(unlessFailed(orInPreview(output, substitute), substitute)));
}

/** What a step answered, in this update or an earlier one; undefined where it never did, or has failed. */
function answered<T>(step: Lean<remote.Command> | undefined): pulumi.Output<T | undefined> {
  if (!step) return pulumi.output<T | undefined>(undefined) as pulumi.Output<T | undefined>;
  return asPlain(detached(unlessFailed(step.stdout, ""))).apply((stdout) => {
    return (stdout ?? "").trim() === "" ? undefined : answerOf<T>(stdout);
  }) as pulumi.Output<T | undefined>;
}

function each<T>(keys: readonly string[], of: (key: string) => T): Record<string, T> {
  return Object.fromEntries(keys.map((key) => [key, of(key)]));
}
