import { setTimeout as pause } from "node:timers/promises";
import { fewAtATime } from "./fewAtATime";
import { isUnderWay, type PoweredMachine, type PowerPlan, type PowerStep } from "./powerPlan";
import { AzureRefusal, type PowerGoal, type ResourceManager } from "./resourceManager";

/** What came of a machine that was to be switched. */
export interface Switched {
  /** Its key in the lab. */
  machine: string;
  /**
   * `done`; `already` so before; `failed`; `under way` in Azure, where it goes on by itself; `not begun`, as the run was ended before;
   * `gone`: Azure no longer has it; `elsewhere`: it is no VM of this stack.
   */
  outcome: "done" | "already" | "failed" | "under way" | "not begun" | "gone" | "elsewhere";
  /** Azure's word for its power before; empty where it is not known. */
  before: string;
  /** And now, as far as it is known. */
  power: string;
  /** Azure's code for what it refused. */
  code?: string;
  /** Why it is not as wanted. */
  message?: string;
}

export interface SwitchOptions {
  goal: PowerGoal;
  azure: Pick<ResourceManager, "machine" | "begin">;
  /** Aborted when nothing new is to be begun. */
  signal: AbortSignal;
  /** Told when one more that was to be switched is done with, whatever came of it. */
  add?(): void;
  /** Awaited for each seed that runs before the others are started. */
  greeted?(seed: PoweredMachine): Promise<void>;
  /** Between two looks at a machine that somebody else switches; in milliseconds. */
  pauseMilliseconds?: number;
}

/** Operations under way at a time. Azure takes more; each is asked about every few seconds. */
const atATime = 50;
/** Azure starts a machine within minutes, and says so itself where it cannot. */
const longestMilliseconds = 20 * 60_000;
const attempts = 3;

/**
 * Switches machines as planned, one wave after the other. What fails with one machine does not keep the others from it. After the signal
 * nothing is begun: what Azure does already is left to it.
 */
export async function switchMachines(
  { waves }: Pick<PowerPlan, "waves">,
  options: SwitchOptions,
): Promise<Switched[]> {
  const { goal, signal, greeted, add } = options;
  const all: Switched[] = [];
  for (const [index, wave] of waves.entries()) {
    const switched = await fewAtATime(wave, atATime, async ({ machine, step }) => {
      const result = await switchMachine(machine, step, options);
      if (step !== "leave") add?.();
      return result;
    });
    all.push(...switched);
    const isMore = waves.slice(index + 1).some((next) => next.some(({ step }) => step !== "leave"));
    if (goal !== "running" || !isMore || !greeted || signal.aborted) continue;
    const running = wave.filter((_, place) => switched[place].power === "running");
    await Promise.all(running.map(({ machine }) => untilAborted(greeted(machine))));
  }
  return all;
}

async function switchMachine(
  { machine, virtualMachineId: id = "", now }: PoweredMachine,
  step: PowerStep,
  { goal, azure, signal, pauseMilliseconds = 5_000 }: SwitchOptions,
): Promise<Switched> {
  const before = now?.power ?? "";
  let power = before;
  let isUnderWayNow = step === "wait";
  const settled = async () => {
    const end = Date.now() + longestMilliseconds;
    do {
      await pause(pauseMilliseconds, undefined, { signal });
      ({ power } = await azure.machine(id));
      if (Date.now() > end) throw new Error(`It is still ${power} after 20 minutes.`);
    } while (isUnderWay(power));
  };
  const result = (outcome: Switched["outcome"], more: Partial<Switched> = {}): Switched => ({
    machine,
    outcome,
    before,
    power,
    ...more,
  });
  if (step === "leave") return result("already");
  try {
    if (signal.aborted) return result(step === "wait" ? "under way" : "not begun");
    if (step !== "begin") await settled();
    for (let attempt = 1; power !== goal; attempt++) {
      if (signal.aborted) return result("not begun");
      try {
        const operation = await azure.begin(id, goal);
        isUnderWayNow = true;
        await operation.done(signal);
        ({ power } = await azure.machine(id));
        break;
      } catch (error) {
        // Somebody else switches it at the same time: what comes of that is looked at first.
        if (!isOthers(error) || attempt === attempts) throw error;
        isUnderWayNow = false;
        await settled();
      }
    }
    if (power === goal) return result("done");
    return result("failed", {
      message: `Azure says that it has done so, and that the machine is ${power || "of unknown power"}.`,
    });
  } catch (error) {
    const { name, message } = error as Error;
    if (name === "AbortError") return result(isUnderWayNow ? "under way" : "not begun");
    const code = error instanceof AzureRefusal ? error.code : undefined;
    const isSpot = goal === "running" && now?.isSpot;
    return result("failed", {
      ...(code === undefined ? {} : { code }),
      message: isSpot
        ? `${message} It is a Spot machine: Azure starts it when it has room to spare.`
        : message,
    });
  }
}

function isOthers(error: unknown): boolean {
  return error instanceof AzureRefusal && ["Conflict", "OperationPreempted"].includes(error.code);
}

async function untilAborted(wait: Promise<void>): Promise<void> {
  try {
    await wait;
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
  }
}
