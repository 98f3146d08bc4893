import * as pulumi from "@pulumi/pulumi";
import type { WhenOff } from "./beforeStep";
import { valueOf } from "./failedResources";
import { refuse } from "./inputErrors";
import { lastOutputs } from "./lastOutputs";
import { joined, together } from "./outputs";
import type { PeerMachine } from "./peerMachine";
import { fitted } from "./plainValues";
import { peerProofShape } from "./plan/argumentShapes";
import { codePoints } from "./plan/identity";
import { checkStepPolicy } from "./plan/machine";
import { checkProof, checkProofPorts } from "./plan/proof";
import type { ProofRecord } from "./plan/proofRecord";
import { besides } from "./plan/shape";
import { proofFailed, proofJudgement } from "./proofJudgement";
import { elsewhere, proofSteps } from "./proofSteps";
import { sha256 } from "./secrets";
import { beforeEach, stashType } from "./sharedHook";

/** What becomes of an update whose proof fails. */
export const WhenFailed = {
  /** The update fails. */
  Fail: "fail",
  /** The update warns and goes on. */
  Warn: "warn",
} as const;
export type WhenFailed = (typeof WhenFailed)[keyof typeof WhenFailed];

/** A machine that takes part in a proof. */
export interface ProofMachineArgs {
  /** `WindowsPeer.machine`, or filled in by hand; with its `privateIpv6`, which the others dial. */
  machine: pulumi.Input<PeerMachine>;
  /** TCP ports that both firewalls are to let in, each tested over IPv6. May be empty. UDP ports cannot be tested. */
  ports: number[];
  /** Peer names that its presence holder registers, beside the one by which a seed is awake. None by default. */
  names?: pulumi.Input<string[]>;
  /** Groups that its presence holder is connected to. None by default. */
  groups?: pulumi.Input<string[]>;
  /**
   * Another value whenever the machine went through its step, and empty where it failed: `steps[key]` of the component that holds
   * what is wanted of it. The proof waits for it.
   */
  step: pulumi.Input<string>;
}

export interface PeerProofArgs {
  /** The machines that prove each other, by key. A key is the machine in messages. */
  machines: { [key: string]: ProofMachineArgs };
  /** ARM ids of the security groups between them, so that a failed proof names the rule. Empty ones are none. None by default. */
  securityGroupIds?: pulumi.Input<string>[];
  /** Another value whenever the network lets through something else: then everything is proved again. */
  network?: pulumi.Input<string>;
  /**
   * What the verdict is kept after, by a value that is known when it is done; the tests, and what they found, do not wait. Another value
   * changes nothing. Nothing by default.
   */
  verdictAfter?: pulumi.Input<string>;
  /** Another value, such as a date, runs the proof once more: 1 to 64 characters of ASCII. */
  token?: string;
  /** What becomes of an update whose proof fails. `fail` by default. */
  whenFailed?: WhenFailed;
  /** Of how many others each machine tests the ports, 2 to 32; all of them where there are not more. 6 by default. */
  sample?: number;
  /**
   * How long what fails is tried again, 0 to 600 seconds. 120 by default. Listeners end after an hour at most: where tests of
   * about 65 machines or more fail for 120 seconds, four of them at a time, those that come last find them closed and fail for
   * that, too. Where that can be, a lower value or a higher `--parallel` helps; a smaller `sample` does not.
   */
  settleSeconds?: number;
  /** What becomes of a machine that is switched off meanwhile. `fail` by default. One that is off takes no part until it is on. */
  whenOff?: WhenOff;
  /** How long a machine may be silent before its part fails, 1 to 7200 seconds. 600 by default. */
  answerTimeoutSeconds?: number;
}

/** A peer name in the holder of the machine that is to register it. */
export interface ProofName {
  /** The name. */
  peerName: string;
  /** `registered`, `waiting`, `not held` or the name of the HRESULT of the last try. */
  state: string;
}

/** A group in the holder of a machine. */
export interface ProofGroup {
  /** Peer name of the group. */
  group: string;
  /** `connected`, `listening`, `waiting`, `not held` or the name of the HRESULT of the last try. */
  state: string;
}

/** A port of another machine, as a machine saw it over IPv6. */
export interface ProofPort {
  /** Key of the other machine. */
  machine: string;
  /** TCP port. */
  port: number;
  /** `reachable`, `refused`, `silent` or `unreachable`; `taken` where a program answers on a port that is Windows' own. */
  verdict: string;
  /** Why it is not reachable, or who has taken it. */
  reason?: string;
  /** File name of the program that holds it, where one did. */
  heldBy?: string;
}

/** A peer name that others register, as a machine found it. */
export interface ProofResolution {
  /** The name. */
  peerName: string;
  /** `resolved`, `foreign` (others answer to it), `unresolved`, or `heldByAll`: nobody is there who does not hold it. */
  verdict: string;
  /** The name of the HRESULT where the call failed. */
  code?: string;
}

/** What a machine found when it last tested, and what is wrong. */
export interface ProofReport {
  /** State of its global PNRP cloud; `absent` where there is none, empty where the machine took no part. */
  cloud: string;
  /** How far its clock is ahead, in whole seconds. */
  clockOffsetSeconds?: number;
  /** `running`, `stopped` or `absent`; empty where the machine took no part. */
  holder: string;
  /** The names that it registers. */
  names: ProofName[];
  /** The groups that it is in. */
  groups: ProofGroup[];
  /** Ports of others. */
  ports: ProofPort[];
  /** Names of others. */
  resolved: ProofResolution[];
  /** What is wrong, a sentence each; empty where the proof passed. */
  failures: string[];
  /** What of it nobody has tested, since all who would have take no part: no failure. Absent where nothing was missed. */
  notTested?: string[];
  /** Why it took no part, where that is so. */
  leftOut?: string;
}

/** What a machine's last test depended on: for the next update alone. */
export interface ProofTest {
  /** What the run was known by. */
  run: string;
  /** Digests of what it depended on. */
  parts: string[];
  /** The token that it was run for. */
  token?: string;
  /** `passed` or `warned`. */
  outcome: string;
  /** How long the question was under way, in seconds. */
  delaySeconds: number;
  /** What failed, where the update went on: said again until another test. */
  failures?: string[];
}

/** What the next update reads of this one. */
interface LastProof {
  tests: Record<string, ProofRecord>;
  reports: Record<string, ProofReport>;
}

/**
 * The proof that machines are really there: each one tests others over IPv6, resolves the peer names that they register, and says
 * what its own presence holder and cloud are like.
 *
 * A test runs again when something that it depends on has changed, when it did not pass, and when the token is another one; else
 * nothing is run. Nothing is changed on a machine: for the time of a test it listens on its declared ports.
 * Throws an `InputPropertiesError` that holds every mistake in the arguments.
 */
export class PeerProof extends pulumi.ComponentResource {
  /** What each machine found, by key. */
  public readonly reports: pulumi.Output<{ [key: string]: ProofReport }>;
  /** Whether nothing failed. Machines that took no part do not count. */
  public readonly passed: pulumi.Output<boolean>;
  /** What each machine's last test depended on, by key: for the next update. */
  public readonly tests: pulumi.Output<{ [key: string]: ProofTest }>;

  constructor(name: string, args: PeerProofArgs, opts?: pulumi.ComponentResourceOptions) {
    const shaped = fitted(args, peerProofShape);
    args = { ...shaped.args, machines: shaped.args.machines ?? {} };
    // Without inputs, so that the next update can read what this one gives.
    super("peerlab:index:PeerProof", name, {}, opts);
    const ofContent = [
      ...checkProof("", args),
      ...checkProofPorts("", args.machines),
      ...checkStepPolicy("", args),
    ];
    const findings = [...shaped.findings, ...besides(shaped.findings, ofContent)];
    refuse(`PeerProof ${name}`, findings, { resource: this, options: opts });
    const parent = { parent: this };
    const warns = args.whenFailed === WhenFailed.Warn;
    const keys = Object.keys(args.machines).sort(codePoints);
    const before = lastOutputs<LastProof>(this);
    const last = before.apply((known) => known?.tests ?? {});
    const groupIds = joined(
      (args.securityGroupIds ?? []).map((id) => elsewhere(pulumi.output(id), "")),
    );
    const network = elsewhere(pulumi.output(args.network ?? ""), "");
    const steps = proofSteps(
      name,
      {
        ...args,
        machines: new Map(keys.map((key) => [key, args.machines[key]])),
        network: together([network, groupIds]).apply(([known]) => known),
        last,
        policy: args,
        warns,
      },
      parent,
    );
    const judgement = proofJudgement(
      steps,
      {
        ...{ name, keys, last, token: args.token, warns, securityGroupIds: groupIds },
        lastReports: before.apply((known) => known?.reports ?? {}),
      },
      parent,
    );
    new pulumi.Stash(
      name,
      {
        input: together([
          steps.runs,
          judgement,
          elsewhere(pulumi.output(args.verdictAfter ?? ""), ""),
        ]).apply(([runs]) => sha256(JSON.stringify(runs)).slice(0, 32)),
      },
      {
        ...parent,
        hooks: warns
          ? undefined
          : beforeEach({ type: stashType, name, ...parent }, async () => {
              const { failures } = await valueOf(judgement);
              if (failures.length > 0) throw new Error(proofFailed(name, failures));
            }),
      },
    );
    // Not by way of the verdict: where it fails, the reports are what somebody needs, and what passed need not run again.
    this.reports = judgement.apply(({ reports }) => reports);
    this.passed = judgement.apply(({ failures }) => failures.length === 0);
    this.tests = judgement.apply(({ tests }) => tests);
    this.registerOutputs({ reports: this.reports, passed: this.passed, tests: this.tests });
  }
}
