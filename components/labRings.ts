import * as pulumi from "@pulumi/pulumi";
import { detached, unlessFailed, valueOf } from "./failedResources";
import { lateError } from "./inputErrors";
import type { LabPersonParts } from "./labPeople";
import { labProof, type LabProofParts } from "./labProof";
import { together } from "./outputs";
import type { PeerLabArgs } from "./peerLabArgs";
import type { PeerProof } from "./peerProof";
import { hasRings, type LabMachinePlan, type LabPlan } from "./plan/lab";
import { otherMachines, type RingPlan } from "./plan/rings";
import { ringUnhealthy } from "./plan/ringWords";
import { runsInEngine } from "./sharedHook";

/** What stands between a ring and what comes after it. */
interface RingGate {
  /**
   * Known, and empty, once the ring is healthy. Where it is not, this ends the program with the reason, and whatever waits for it is
   * never declared: so the engine leaves all of that as it is, and deletes nothing.
   */
  open: pulumi.Output<string>;
  /** Says what is wrong; nothing where the ring is healthy. */
  decide(unhealthy: pulumi.Output<string>): void;
}

/** The gates of a lab's rings, each declared before what decides it. */
export interface LabRings {
  /** What the machine waits for; undefined in the first ring, and in a lab without rings. */
  before(machine: LabMachinePlan): pulumi.Output<string> | undefined;
  /** The gate of a ring, by its place; undefined in a lab without rings. */
  gates: readonly RingGate[];
  /** Known, and empty, once the last ring is healthy: all that is wanted is there. Known at once in a lab without rings. */
  allHealthy: pulumi.Output<string>;
}

/** The gates of a lab. A preview, in which nothing is proved, and Pulumi's mocks find them open. */
export function labRings(args: PeerLabArgs, plan: LabPlan): LabRings {
  const gates = hasRings(args) ? plan.rings.map(ringGate) : [];
  return {
    before: ({ ring }) => gates[ring - 1]?.open,
    gates,
    allHealthy: gates.at(-1)?.open ?? pulumi.output(""),
  };
}

function ringGate(): RingGate {
  if (pulumi.runtime.isDryRun() || !runsInEngine()) {
    return { open: pulumi.output(""), decide: () => {} };
  }
  let settle: (open: Promise<string>) => void = () => {};
  const open = new Promise<string>((resolve) => (settle = resolve));
  return {
    open: pulumi.output(open),
    decide(unhealthy) {
      const judge = async (): Promise<string> => {
        const reason = await valueOf(unhealthy);
        if (reason !== "") throw lateError(reason);
        return "";
      };
      settle(judge());
    },
  };
}

/**
 * Declares the proofs of a lab, one for each ring with the machines of those before it, and lets each decide its ring's gate. The last
 * one is that of all machines, and the only one of a lab without rings.
 */
export function ringProofs(
  name: string,
  args: PeerLabArgs,
  { plan, rings, ...parts }: LabProofParts & { plan: LabPlan; rings: LabRings },
  parent: { parent: pulumi.Resource },
): PeerProof {
  const last = plan.rings.length - 1;
  const earlier = hasRings(args) ? plan.rings.slice(0, -1) : [];
  earlier.forEach((ring, index) => prove(`${name}-proof-${ring.name}`, ring, index));
  return prove(
    `${name}-proof`,
    plan.rings[last] ?? { name: otherMachines, machines: [] },
    Math.max(last, 0),
  );

  function prove(proofName: string, ring: RingPlan, index: number): PeerProof {
    const gate = rings.gates[index] as RingGate | undefined;
    const machines = plan.machines.filter((machine) => machine.ring <= index);
    const which = { name: proofName, machines, verdictAfter: gate?.open };
    const proof = labProof(which, args, parts, parent);
    const waiting = plan.rings.slice(index + 1).map((other) => other.name);
    gate?.decide(
      together([ownFailures(plan, ring, parts.people), proof.reports]).apply(([own, reports]) =>
        ringUnhealthy(name, ring.name, waiting, [
          ...own,
          ...Object.values(reports).flatMap(({ failures }) => failures),
        ]),
      ),
    );
    return proof;
  }
}

/** What the machines of a ring have not done, a sentence each: a proof leaves them out, and a gate does not. */
function ownFailures(
  { machines }: LabPlan,
  ring: RingPlan,
  people: ReadonlyMap<string, LabPersonParts>,
): pulumi.Output<string[]> {
  const own = machines
    .filter(({ key }) => ring.machines.includes(key))
    .map(({ key, person }) => {
      const { step, postponed } = (people.get(person) as LabPersonParts).machines[key];
      return detached(
        together([unlessFailed(step, ""), unlessFailed(postponed, false)]).apply(([ran, waits]) =>
          ran === ""
            ? [`${key} did not go through its step in this update`]
            : waits
              ? [`${key} is off, and what is to be done on it waits until it is on`]
              : [],
        ),
      );
    });
  return together(own).apply((all) => all.flat());
}
