import { isOff } from "../components/power";
import { askMachine, type Finding } from "./askMachine";
import { fewAtATime } from "./fewAtATime";
import { virtualMachinesNow, type VirtualMachineNow } from "./machinePower";
import { readMachines, type MachineInState } from "./machinesInState";
import type { Stack } from "./stack";

/** What a check found of a machine, by the machine's key. */
export type Checked = { machine: string } & Finding;

export interface CheckOptions {
  stack: Stack;
  /** Keys of the machines; all of the stack's by default. */
  only?: readonly string[];
  /** Told what could not be found out and does not end the check. */
  report?: (message: string) => void;
  /** What Azure has just told of the VMs, by ARM id; it is asked by default. A VM that is not in it is dialled. */
  power?: ReadonlyMap<string, VirtualMachineNow>;
  /** Told of each machine once it is checked, as they come. */
  onChecked?: (checked: Checked) => void;
}

const atATime = 10;

/**
 * Asks machines of a stack whether they are as its last update wanted them; changes nothing, in the stack or on a machine.
 * Throws where a key is none of the stack's.
 */
export async function checkMachines({
  stack,
  only = [],
  report = () => {},
  power,
  onChecked = () => {},
}: CheckOptions): Promise<Checked[]> {
  const all = await readMachines(stack);
  requireKnown(only, all);
  const machines = all.filter(({ machine }) => only.length === 0 || only.includes(machine));
  const now = power ?? (await powerNow(stack, machines, report));
  const checked: Checked[] = new Array(machines.length);
  await fewAtATime(machines, atATime, async (one, index) => {
    const known = now.get(one.virtualMachineId ?? "");
    checked[index] = { machine: one.machine, ...(await check(one, known)) };
    onChecked(checked[index]);
  });
  return checked;
}

/** What Azure has now of machines' VMs, by ARM id; without any where it cannot be asked, which is reported. */
async function powerNow(
  stack: Stack,
  machines: readonly MachineInState[],
  report: (message: string) => void,
): Promise<ReadonlyMap<string, VirtualMachineNow>> {
  const ids = machines.flatMap(({ virtualMachineId: id }) => (id === undefined ? [] : [id]));
  const options = { settings: await stack.settings(), environment: stack.environment };
  return virtualMachinesNow(ids, options).catch((error: Error) => {
    report(
      `Azure cannot be asked which machines are off, so each of them is dialled: ${error.message}`,
    );
    return new Map<string, VirtualMachineNow>();
  });
}

/** Throws where a key is none of these machines'. */
export function requireKnown(
  keys: readonly string[],
  machines: readonly { machine: string }[],
): void {
  const known = machines.map(({ machine }) => machine);
  const wrong = keys.filter((key) => !known.includes(key));
  if (wrong.length === 0) return;
  const names = wrong.map((key) => JSON.stringify(key)).join(", ");
  throw new Error(
    `There is no machine ${names} in the stack's last update; there are: ${known.join(", ")}.`,
  );
}

async function check(one: MachineInState, now: VirtualMachineNow | undefined): Promise<Finding> {
  return notAsked(one, now) ?? askMachine(one.ask!.connection, one.ask!.request);
}

/** Why a machine is not dialled; undefined where it is, which then has `ask`. `now`: as Azure has it, where that is known. */
export function notAsked(
  { ask }: MachineInState,
  now: VirtualMachineNow | undefined,
): Finding | undefined {
  if (now && isOff(now.power)) return { state: "off", power: now.power };
  if (!ask) return { state: "unfinished" };
  if (now && now.instance !== ask.request.instance) {
    return {
      state: "failed",
      code: "WrongMachine",
      message: now.instance
        ? "Azure has another machine under its name."
        : "Azure no longer has it.",
      hint: "pulumi up brings it back.",
    };
  }
  return undefined;
}

/** What was found of a machine, in one line without its name. */
export function describe(finding: Finding): string {
  switch (finding.state) {
    case "as wanted":
      return "as wanted";
    case "drifted":
      return `drifted: ${finding.drift.join("; ")}`;
    case "waiting":
      return `as wanted after: ${finding.pending.join(", ")}`;
    case "off":
      return `off (${finding.power}), not asked`;
    case "silent":
      return `does not answer (${finding.message}): off, or not reachable`;
    case "unfinished":
      return "its last update did not come to its end, not asked; pulumi up finishes it";
    case "failed":
      return `failed: ${finding.code}: ${finding.message} ${finding.hint}`;
  }
}

/** One line for each machine. */
export function table(checked: readonly Checked[]): string {
  const width = Math.max(...checked.map(({ machine }) => machine.length));
  return checked.map((one) => `${one.machine.padEnd(width)}  ${describe(one)}`).join("\n");
}

/** 0 where all are as wanted; 2 where one is not; else 1, where one could not be asked. */
export function exitCodeOf(checked: readonly Checked[]): 0 | 1 | 2 {
  const states = new Set(checked.map(({ state }) => state));
  if (states.has("drifted") || states.has("waiting")) return 2;
  return [...states].every((state) => state === "as wanted") ? 0 : 1;
}
