import { exitCodes } from "./context";
import { shortened, type PoweredMachine } from "./powerPlan";
import type { PowerGoal } from "./resourceManager";
import type { Switched } from "./switchMachines";

/** What is said of a machine that Azure no longer has: it cannot run, and off it is. */
export function notThere({ machine, now }: PoweredMachine, goal: PowerGoal): Switched {
  const message = "Azure no longer has it; pulumi up brings it back.";
  const power = now?.power ?? "";
  return {
    machine,
    outcome: goal === "running" ? "failed" : "gone",
    before: power,
    power,
    message,
  };
}

/** What is said of a machine whose VM is none of this stack; it failed where it was asked for by its name. */
export function notHere({ machine }: PoweredMachine, named: readonly string[]): Switched {
  return {
    machine,
    outcome: named.includes(machine) ? "failed" : "elsewhere",
    before: "",
    power: "",
    message: "Its VM is none of this stack, which therefore does not switch it.",
  };
}

/** One line for each machine. */
export function linesOf(results: readonly Switched[], goal: PowerGoal): string {
  const width = Math.max(...results.map(({ machine }) => machine.length));
  return results.map((one) => `${one.machine.padEnd(width)}  ${sentenceOf(one, goal)}\n`).join("");
}

function sentenceOf({ outcome, before, message }: Switched, goal: PowerGoal): string {
  const isStart = goal === "running";
  const was = before === "" ? "" : ` (was ${before})`;
  switch (outcome) {
    case "done":
      return `${isStart ? "runs" : "is deallocated"}${was}`;
    case "already":
      return isStart ? "ran already" : "was deallocated already";
    case "under way":
      return `is being ${isStart ? "started" : "deallocated"} by Azure`;
    case "not begun":
      return `was not ${isStart ? "started" : "stopped"}${was}`;
    case "failed":
      return `was not ${isStart ? "started" : "stopped"}: ${message}`;
    case "gone":
    case "elsewhere":
      return `is left out: ${message}`;
  }
}

/** What to know next, a sentence each. */
export function hintsOf(results: readonly Switched[], goal: PowerGoal, call: string): string[] {
  const of = (...outcomes: Switched["outcome"][]) =>
    results.filter(({ outcome }) => outcomes.includes(outcome));
  const [underWay, notBegun] = [of("under way"), of("not begun")];
  if (underWay.length + notBegun.length > 0) {
    return [
      ...(underWay.length > 0
        ? [`Azure goes on by itself with what is under way: ${shortened(underWay)}.`]
        : []),
      ...(notBegun.length > 0 ? [`Not begun: ${shortened(notBegun)}.`] : []),
      "The same command does the rest.",
    ];
  }
  if (of("done", "already").length === 0) return [];
  return goal === "running"
    ? [`${call} status shows how they stand once Windows is up.`]
    : [
        "pulumi up names machines that are off and leaves them alone; where there is something to do on one, whenOff decides: " +
          "fail (the default), skip, or start.",
      ];
}

/** What the command ends with. */
export function exitCodeOf(results: readonly Switched[], isInterrupted: boolean): number {
  const isUnfinished = results.some(({ outcome }) => /under way|not begun/.test(outcome));
  if (isInterrupted && isUnfinished) return exitCodes.interrupted;
  return results.some(({ outcome }) => outcome === "failed") ? exitCodes.failed : exitCodes.done;
}
