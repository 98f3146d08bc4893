import type { PowerGoal } from "./resourceManager";

/** A machine before it is switched. */
export interface PoweredMachine {
  /** Its key in the lab. */
  machine: string;
  /** Whether the others find the PNRP cloud through it. */
  isSeed: boolean;
  /** Whether it is to be switched. */
  isSelected: boolean;
  /** Its VM's ARM id; absent where it is none of this stack. */
  virtualMachineId?: string;
  /** What Azure says of it; absent where it was not asked, or could not be. */
  now?: MachineNow;
}

/** What Azure says of a machine. */
export interface MachineNow {
  /** Empty where Azure has no such VM. */
  instance: string;
  /** Azure's word: `running`, `deallocating`, ...; empty where it has none. */
  power: string;
  isSpot: boolean;
}

/**
 * What is done with a machine: `leave` it, as it is so already; `begin`; `wait` for what is under way, begun by an earlier run or by
 * somebody else; or `settle`: wait for the opposite to come to its end, and begin then.
 */
export type PowerStep = "leave" | "begin" | "wait" | "settle";

/** The order in which machines are switched. */
export interface PowerPlan {
  /** Machines with their steps; those of one wave are switched at once, and the next wave waits for them. */
  waves: { machine: PoweredMachine; step: PowerStep }[][];
  /** Machines that Azure no longer has. */
  missing: PoweredMachine[];
  /** Machines whose VM is none of this stack. */
  elsewhere: PoweredMachine[];
  /** What to know about the others, in sentences. */
  remarks: string[];
}

/**
 * Decides what is done, and in which order: seeds are started first and stopped last, for the others find the PNRP cloud through them.
 */
export function planPower(goal: PowerGoal, machines: readonly PoweredMachine[]): PowerPlan {
  const selected = machines.filter(({ isSelected }) => isSelected);
  const here = selected.filter((one) => one.virtualMachineId !== undefined);
  const there = here.filter(({ now }) => now?.instance !== "");
  const withStep = (isSeed: boolean) =>
    there
      .filter((one) => one.isSeed === isSeed)
      .map((machine) => ({ machine, step: stepTo(goal, machine.now?.power ?? "") }));
  const [seeds, others] = [withStep(true), withStep(false)];
  return {
    waves: (goal === "running" ? [seeds, others] : [others, seeds]).filter(
      ({ length }) => length > 0,
    ),
    missing: here.filter((one) => !there.includes(one)),
    elsewhere: selected.filter((one) => !here.includes(one)),
    remarks: goal === "running" ? remarksOfStart(machines, there) : remarksOfStop(machines, there),
  };
}

/** What is to be done with a machine that has this power. One that was shut down from within is stopped, and still costs money. */
export function stepTo(goal: PowerGoal, power: string): PowerStep {
  if (power === goal) return "leave";
  if (power === (goal === "running" ? "starting" : "deallocating")) return "wait";
  return isUnderWay(power) ? "settle" : "begin";
}

/** Whether a machine is on its way from one power to another. */
export function isUnderWay(power: string): boolean {
  return ["starting", "stopping", "deallocating"].includes(power);
}

function remarksOfStart(
  machines: readonly PoweredMachine[],
  started: readonly PoweredMachine[],
): string[] {
  if (!started.some(({ isSeed }) => !isSeed)) return [];
  return machines
    .filter(
      ({ isSeed, isSelected, now }) => isSeed && !isSelected && now && now.power !== "running",
    )
    .map(
      ({ machine, now }) =>
        `The seed ${machine} ${now?.instance === "" ? "is gone" : `is not running (${now?.power || "unknown"})`}: ` +
        `until it runs, machines that start find no PNRP cloud. Start it, too.`,
    );
}

function remarksOfStop(
  machines: readonly PoweredMachine[],
  stopped: readonly PoweredMachine[],
): string[] {
  const seeds = stopped.filter(({ isSeed, now }) => isSeed && now?.power !== "deallocated");
  const up = machines.filter(
    ({ isSelected, now }) => !isSelected && (now?.power === "running" || now?.power === "starting"),
  );
  if (seeds.length === 0 || up.length === 0) return [];
  const names = (ones: readonly PoweredMachine[]) => ones.map(({ machine }) => machine).join(", ");
  const [seed, its] = seeds.length === 1 ? ["seed", "it runs"] : ["seeds", "one of them runs"];
  return [
    `The ${seed} ${names(seeds)} will be off while ${shortened(up)} ${up.length === 1 ? "stays" : "stay"} up: ` +
      `those that are up keep what they have found, and one that starts anew finds no PNRP cloud until ${its} again.`,
  ];
}

/** The names of machines, the first few of many. */
export function shortened(machines: readonly { machine: string }[], most = 10): string {
  const names = machines.map(({ machine }) => machine);
  if (names.length <= most) return names.join(", ");
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
