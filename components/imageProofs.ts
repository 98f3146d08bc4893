import * as pulumi from "@pulumi/pulumi";
import { knownOr } from "./failedResources";
import { lastOutputs } from "./lastOutputs";
import type { MachineParts } from "./machineParts";
import { together } from "./outputs";
import type { PeerMachine } from "./peerMachine";
import { imageKeyOf, type ImageProver } from "./plan/imageProvers";
import type { LabMachinePlan, LabPlan } from "./plan/lab";
import type { WindowsPeer } from "./windowsPeer";

/** The images that were proved, each with the instance that did it. */
interface Proved {
  proved: { [image: string]: string };
}

/** What became of a prover's first step, where that is not its state. */
type FirstStep =
  /** It ran in this update, or shows by being there that it ran on this instance. */
  | "shown"
  /** It is not due: the state of the machine is the proof. */
  | "not due"
  | "failed";

type StateParts = Pick<MachineParts<unknown>, "step" | "postponed" | "first">;

/**
 * The proofs of a lab that its images can run the peer stack. The machine that proves an image is told to do so in the steps it has
 * anyway, and the others of that image wait until the first of them has succeeded: which one that is, and why nobody waits in a circle, is
 * said in `plan/imageProvers.ts`.
 *
 * An image stays proved as long as its prover is the instance that proved it: after that a step of the prover that fails, for whatever
 * reason, holds nobody back.
 */
export class ImageProofs extends pulumi.ComponentResource {
  private readonly last: pulumi.Output<Partial<Proved> | undefined>;
  private readonly parts: Promise<(machine: string) => StateParts>;
  private readonly known = new Map<ImageProver, Promise<boolean>>();
  private readonly shown = new Map<ImageProver, Promise<boolean>>();
  private settle: (parts: (machine: string) => StateParts) => void = () => {};

  constructor(
    name: string,
    private readonly plan: LabPlan,
    private readonly peers: ReadonlyMap<string, WindowsPeer>,
    parent: { parent: pulumi.Resource },
  ) {
    // Without inputs, so that the next update can read what this one gives.
    super("peerlab:index:ImageProofs", name, {}, parent);
    this.last = lastOutputs<Proved>(this);
    this.parts = new Promise((resolve) => (this.settle = resolve));
  }

  /** The machine as its steps take it: it waits for the proof of its image, or gives it. */
  public machine(machine: LabMachinePlan): pulumi.Output<PeerMachine> {
    const prover = this.proverOf(machine);
    return this.with(machine, async () => {
      if (await this.isProved(prover)) return {};
      if (prover.machine === machine.key) return { proveCapability: true };
      return (await this.isShown(prover)) ? {} : { waitsFor: waitsFor(prover) };
    });
  }

  /** The machine as the step takes it that wakes it as a seed, which the state of the prover waits for. */
  public seed(machine: LabMachinePlan): pulumi.Output<PeerMachine> {
    const prover = this.proverOf(machine);
    return this.with(machine, async () => {
      if (await this.isProved(prover)) return {};
      const first = await this.firstStep(prover);
      if (first === "not due") return { proveCapability: true };
      return first === "shown" ? {} : { waitsFor: waitsFor(prover) };
    });
  }

  /** Decides the proofs by what becomes of the provers' steps. To be called once, when these are declared. */
  public decide(parts: (machine: string) => StateParts): void {
    this.settle(parts);
    const proved = async (): Promise<Proved["proved"]> => {
      const before = (await knownOr(this.last, undefined))?.proved ?? {};
      const now = await Promise.all(
        this.plan.provers.map(async (prover): Promise<[string, string]> => [
          prover.image,
          (await this.hasRun(prover))
            ? await this.instanceOf(prover)
            : (before[prover.image] ?? ""),
        ]),
      );
      return Object.fromEntries(now.filter(([, instance]) => instance !== ""));
    };
    this.registerOutputs({ proved: pulumi.output(proved()) });
  }

  private with(
    machine: LabMachinePlan,
    decide: () => Promise<Partial<PeerMachine>>,
  ): pulumi.Output<PeerMachine> {
    const own = (this.peers.get(machine.key) as WindowsPeer).machine;
    // A preview decides by the machine's own parts what will run on it.
    if (pulumi.runtime.isDryRun()) return own;
    return together([own, decide()]).apply(([known, more]) => ({ ...known, ...more }));
  }

  private proverOf(machine: LabMachinePlan): ImageProver {
    return this.plan.provers.find(({ image }) => image === imageKeyOf(machine)) as ImageProver;
  }

  private instanceOf({ machine }: ImageProver): Promise<string> {
    return knownOr((this.peers.get(machine) as WindowsPeer).instanceId, "");
  }

  /** Whether the image was proved before by the very instance. */
  private isProved(prover: ImageProver): Promise<boolean> {
    return once(this.known, prover, async () => {
      const known = (await knownOr(this.last, undefined))?.proved?.[prover.image];
      return known !== undefined && known === (await this.instanceOf(prover));
    });
  }

  private isShown(prover: ImageProver): Promise<boolean> {
    return once(this.shown, prover, async () => {
      const first = await this.firstStep(prover);
      if (first !== "not due") return first === "shown";
      const { step } = (await this.parts)(prover.machine);
      return (await knownOr(step, "")) !== "";
    });
  }

  private async firstStep({ machine, step }: ImageProver): Promise<FirstStep> {
    const { first } = (await this.parts)(machine);
    if (step === "state" || first === undefined) return "not due";
    if ((await knownOr(first.id, "")) === "") return "failed";
    // A machine's own identity is made on each instance, an export is not.
    return step === "identity" || first.hasRun() ? "shown" : "not due";
  }

  /** Whether the prover has done what proves the image; one that is off and left for later has not. */
  private async hasRun(prover: ImageProver): Promise<boolean> {
    const { step, postponed, first } = (await this.parts)(prover.machine);
    if (first !== undefined && (await knownOr(first.id, "")) !== "" && first.hasRun()) return true;
    return (await knownOr(step, "")) !== "" && !(await knownOr(postponed, true));
  }
}

/** Worked out once for all machines of an image. */
function once<T>(
  answers: Map<ImageProver, Promise<T>>,
  prover: ImageProver,
  find: () => Promise<T>,
): Promise<T> {
  const known = answers.get(prover) ?? find();
  answers.set(prover, known);
  return known;
}

function waitsFor({ machine }: ImageProver): string {
  return `${machine} has to show first that their image can run the peer stack`;
}
