import type * as pulumi from "@pulumi/pulumi";
import { contractVersion } from "../guest/contract";
import type { StepPolicy } from "./beforeStep";
import { detached, unlessFailed } from "./failedResources";
import { currentGuestFilesHash } from "./guestFiles";
import { attemptAt, guestStep, nowhere } from "./guestSteps";
import type { LabSeed } from "./labSeed";
import type { PeerMachine } from "./peerMachine";
import { seedPresence } from "./plan/presence";

type Parent = { parent: pulumi.Resource };

/** A seed that is being woken. */
export interface AwakeSeed {
  /** The place of its ring in the lab's. */
  ring: number;
  /** Known when it is awake, and also where it failed: the others go on then, and the proof tells. */
  awake: pulumi.Output<string>;
}

/** A machine that is to be woken, and by which step. */
interface Sleeper {
  ring: number;
  step: string;
  machineName: string;
  machine: pulumi.Output<PeerMachine>;
}

/**
 * Lets each seed of the lab register its one unsecured name, by which its cloud comes to life: a seed that has none answers
 * nobody. It adds to what the machine holds, and takes away nothing.
 *
 * `machine` gives a machine of the lab as these steps take it, of which there is one at least; `ringOf` says which ring one belongs to.
 */
export function awakeSeeds(
  name: string,
  named: readonly string[] | undefined,
  seed: LabSeed,
  machine: (key: string) => pulumi.Output<PeerMachine>,
  ringOf: (key: string) => number,
  policy: StepPolicy,
  parent: Parent,
): AwakeSeed[] {
  const sleepers: Sleeper[] = named?.map((key) => ({
    ring: ringOf(key),
    step: `${name}-${key}-seed`,
    machineName: key,
    machine: machine(key),
  })) ?? [theOneLongestInTheLab(name, seed, machine)];
  return sleepers.map((sleeper) => {
    const { step, machineName, machine: target } = sleeper;
    const attempt = attemptAt(
      step,
      target.instanceId.apply((instance) => ({
        contract: contractVersion,
        guestFiles: currentGuestFilesHash(),
        instance,
        presence: seedPresence,
      })),
      parent,
    );
    const request = { presence: { names: [seedPresence], groups: [] }, adds: true };
    const awake = guestStep(
      step,
      {
        machine: target,
        machineName,
        policy,
        action: "Set-PeerPresence",
        request,
        triggers: [attempt],
      },
      parent,
    );
    // Everybody waits for it, and it goes with its machine.
    return { ring: sleeper.ring, awake: detached(unlessFailed(awake.id, "")) };
  });
}

/** One step, which goes over to another machine with the part: it must not depend on the one that goes. */
function theOneLongestInTheLab(
  name: string,
  seed: LabSeed,
  machine: (key: string) => pulumi.Output<PeerMachine>,
): Sleeper {
  return {
    ring: 0,
    step: `${name}-seed`,
    machineName: "the lab's seed",
    machine: detached(
      seed.keys.apply(([key]) =>
        // Without a dependency the engine does not skip the step: it has to say itself why it cannot run.
        unlessFailed<PeerMachine>(machine(key), {
          ...nowhere,
          waitsFor: `${key} failed in this update`,
        }),
      ),
    ),
  };
}
