/**
 * Who shows, for each image of a lab, that it can run the peer stack, and by which of its own steps; the other machines of that image
 * wait for it. Pure.
 *
 * Nobody waits in a circle. Steps are waited for across machines in these ways: a machine's state (`Set-PeerMachine`) for the export of
 * its person's identity and for the seeds, those of a group also for each other; and, until an image is proved, every step of another
 * machine of that image for the proof. So:
 *
 * 1. A prover's own first step, where it makes an identity (`export`) or is in a group (`identity`), waits for no other machine.
 * 2. A seed waits for a first step of the form 1 alone. Where that is not due (an identity that the stack's state keeps is not made
 *    again on a machine that is made anew) or there is none, the seed waits for nobody and proves the image itself: the state of the prover,
 *    which is the proof then, waits for the seeds.
 * 3. The state of a prover that makes an identity waits for its own export and for seeds (1, 2).
 * 4. The state of a prover that only imports waits for seeds, and for an export on a machine of another image, since one of its own
 *    image and ring that makes an identity would be the prover. That export is in the prover's ring or an earlier one
 *    (`RING-MAKER`), and waits for the proof of the other image: of the form 1 or 3, as there is a machine there that makes an identity;
 *    or, where that image has a prover in an earlier ring, of that ring. There is a first ring.
 * 5. Machines of a person whose identity is brought come last, as a mistake in it would hold everybody back: hers that takes it in (as 1 or
 *    3), then hers that import it from another image (as 4, where that image may also be proved by 4: that one is of a made identity).
 *
 * The steps of a group are waited for by no proof. A prover is in the earliest ring that has its image, so that whoever waits for it is in
 * its ring or a later one; what rings wait for at their gates are earlier rings.
 */
import { imageOf } from "./images";
import { makerOf } from "./identity";
import type { LabMachinePlan, LabPersonPlan } from "./lab";
import { sharesGroup } from "./peerGroup";

/** The step by which an image is proved. */
export type ProvingStep =
  /** `New-PeerIdentity` of a machine that is in a group. */
  | "identity"
  /** `Export-PeerIdentity`, or `Import-PeerIdentity` of one that was brought; where it is not due, the machine's state. */
  | "export"
  /** `Set-PeerMachine`. */
  | "state";

/** A machine that proves an image. */
export interface ImageProver {
  /** {@link imageKeyOf} of its machines. */
  image: string;
  machine: string;
  step: ProvingStep;
}

/** Equal for machines of the same image. */
export function imageKeyOf({ definition }: Pick<LabMachinePlan, "definition">): string {
  return imageOf(definition.image, definition.imageReference).key;
}

/**
 * The prover of each image: in the earliest ring that has it, the first by its key that makes an identity or is in a group, else the
 * first whose person's identity is not brought, else one that takes in a brought one, else the first. `machines` come in code-point
 * order of their keys.
 */
export function imageProversOf(
  machines: readonly LabMachinePlan[],
  people: readonly LabPersonPlan[],
): ImageProver[] {
  const steps = new Map(people.flatMap((person) => [...firstStepsOf(person)]));
  const brought = new Set(
    people
      .filter(({ definition }) => definition.exportedIdentity !== undefined)
      .map(({ key }) => key),
  );
  const provers = new Map<string, ImageProver & { ring: number; rank: number }>();
  for (const machine of machines) {
    const { key, person, ring } = machine;
    const image = imageKeyOf(machine);
    const step = steps.get(key) ?? "state";
    const known = provers.get(image);
    const rank = (brought.has(person) ? 2 : 0) + (step === "state" ? 1 : 0);
    const isBetter =
      known === undefined || ring < known.ring || (ring === known.ring && rank < known.rank);
    if (isBetter) provers.set(image, { image, machine: key, step, ring, rank });
  }
  return [...provers.values()].map(({ image, machine, step }) => ({ image, machine, step }));
}

/** What machines of a person do before their state, by key. */
function firstStepsOf({
  definition,
  machines,
  maker,
}: LabPersonPlan): ReadonlyMap<string, ProvingStep> {
  const keys = machines.map(({ key }) => key);
  if (sharesGroup(definition)) return new Map(keys.map((key) => [key, "identity"]));
  const makes = makerOf({ machines: keys, maker });
  return new Map(makes === undefined ? [] : [[makes, "export"]]);
}
