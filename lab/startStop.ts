import { createInterface } from "node:readline/promises";
import { openJumpHosts } from "../components/jumpHosts";
import { exitCodes, type LabContext } from "./context";
import { awaitGreeting } from "./greeting";
import { readLab } from "./labInState";
import { planPower, shortened, type PoweredMachine } from "./powerPlan";
import { readPower } from "./powerNow";
import { showCount } from "./progress";
import { openResourceManager, type PowerGoal } from "./resourceManager";
import { selectMachines } from "./selectMachines";
import { asItIsNow, openStack } from "./stack";
import { switchMachines } from "./switchMachines";
import { exitCodeOf, hintsOf, linesOf, notHere, notThere } from "./switchedMachines";

/** What the command line of `start` and `stop` says. */
export interface SwitchWords {
  stack?: string;
  person?: string[];
  ring?: string[];
  all?: boolean;
  json?: boolean;
  /** `stop` alone: it does not ask. */
  yes?: boolean;
}

/** Whoever answers a question on the terminal; absent where nobody is there. */
export type Ask = (question: string) => Promise<boolean>;

/**
 * Starts machines, or deallocates them. Nothing is changed in the stack. `call` is how the command is called.
 */
export async function switchPower(
  context: LabContext,
  goal: PowerGoal,
  words: readonly string[],
  { stack: name, person = [], ring = [], all = false, json, yes }: SwitchWords,
  call: string,
  ask: Ask | undefined = askInTerminal(context),
): Promise<number> {
  const { folder, environment, report, output, screen, signal } = context;
  const verb = goal === "running" ? "start" : "stop";
  const isSilent = words.length + person.length + ring.length === 0 && !all;
  const mistakes = [
    ...(isSilent
      ? [
          `Nothing says which machines to ${verb}: name machines, --person <PERSON>, --ring <RING>, or --all.`,
        ]
      : []),
    ...(verb === "stop" && !yes && !ask
      ? ["stop ends the sessions of people, and there is no terminal to ask in: say --yes."]
      : []),
  ];
  if (mistakes.length > 0) {
    mistakes.forEach(report);
    return exitCodes.usage;
  }

  const stack = asItIsNow(await openStack({ stack: name, project: folder, environment, report }));
  const lab = await readLab(stack);
  const selected = selectMachines(lab, { machines: words, people: person, rings: ring, all });
  if (selected.length === 0) {
    report("None of the lab's machines is meant by that.");
    return exitCodes.done;
  }
  const azure = await openResourceManager({
    settings: await stack.settings(),
    environment: stack.environment,
  });
  // The others are asked for where it matters to them.
  const isAsked = (isSeed: boolean) =>
    goal === "running" ? isSeed : selected.some((one) => one.isSeed);
  const asked = lab.machines.filter((one) => selected.includes(one) || isAsked(one.isSeed));
  const { machines, failed } = await readPower(asked, selected, { azure, screen });
  const plan = planPower(goal, machines);
  plan.remarks.forEach(report);

  const toDo = plan.waves.flat().filter(({ step }) => step !== "leave");
  if (verb === "stop" && !yes && ask && toDo.length > 0) {
    const names = shortened(toDo.map(({ machine }) => machine));
    const isMeant = await ask(`Whoever works on them is logged off. Stop ${names}?`);
    if (!isMeant) {
      report("Nothing was stopped.");
      return exitCodes.failed;
    }
  }

  context.endsItself();
  const count = showCount(
    screen,
    toDo.length,
    goal === "running" ? "machines started" : "machines stopped",
  );
  const { reach } = openJumpHosts();
  const greeted = async ({ machine }: PoweredMachine) => {
    const connection = lab.machines.find((one) => one.machine === machine)?.ask?.connection;
    if (!connection) return;
    const reason = await awaitGreeting(connection, {
      reach,
      signal,
      notYet: () => count.say(`The seed ${machine} runs; its SSH server does not answer yet.`),
    });
    if (reason === undefined) return;
    count.say(
      `The seed ${machine} runs, but its SSH server does not answer (${reason}); the others are started all the same.`,
    );
  };
  const switched = await switchMachines(plan, { goal, azure, signal, greeted, add: count.add });
  count.end();

  const places = lab.machines.map(({ machine }) => machine);
  const results = [
    ...failed,
    ...switched,
    ...plan.missing.map((one) => notThere(one, goal)),
    ...plan.elsewhere.map((one) => notHere(one, words)),
  ].sort((one, other) => places.indexOf(one.machine) - places.indexOf(other.machine));
  output(json ? `${JSON.stringify(results, undefined, 2)}\n` : linesOf(results, goal));
  hintsOf(results, goal, call).forEach(report);
  return exitCodeOf(results, signal.aborted);
}

/**
 * Asks on the terminal; undefined where there is none. The terminal keeps its own handling of lines, so that Ctrl-C ends the process as
 * long as nothing is begun.
 */
function askInTerminal({ screen }: LabContext): Ask | undefined {
  if (!process.stdin.isTTY || screen.isTTY !== true) return undefined;
  return async (question) => {
    const lines = createInterface({
      input: process.stdin,
      output: process.stderr,
      terminal: false,
    });
    try {
      return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
    } finally {
      lines.close();
    }
  };
}
