import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import type { GuestFailure } from "../../../guest/contract";
import {
  canary,
  type Ability,
  type ActionStep,
  type Answer,
  type ContractCase,
  type ExpectedFailure,
  type Known,
  type Step,
  type Subject,
  type SubjectMachine,
  type SubjectNetwork,
} from "./subject";

/** Why a subject cannot run a case, one sentence; undefined where it can. */
export function reasonToSkip(subject: Subject, contractCase: ContractCase): string | undefined {
  if (subject.unavailable !== undefined) return subject.unavailable;
  const actions = contractCase.steps.flatMap((step) => ("action" in step ? [step.action] : []));
  const foreign = actions.find((action) => !subject.actions.has(action));
  if (foreign) return `${subject.name} does not carry ${foreign}`;
  const missing = neededAbilities(contractCase).find((ability) => !subject.abilities.has(ability));
  return missing && `${subject.name} does not play ${missing}`;
}

function neededAbilities({ machines = {}, needs = [], steps }: ContractCase): Ability[] {
  const setups = Object.values(machines);
  return [
    ...needs,
    ...setups.flatMap(({ faults = [] }) => faults),
    ...(setups.some(({ kind }) => kind === "server") ? (["server"] as const) : []),
    ...steps.flatMap((step): Ability[] => {
      if ("faults" in step) return step.faults;
      if ("event" in step) return [step.event];
      return step.cutEverywhere ? ["cut"] : [];
    }),
  ];
}

/** Runs a case on a subject; a case with `cutEverywhere` once for each point at which that step can be cut. */
export async function runCase(subject: Subject, contractCase: ContractCase): Promise<void> {
  const isCut = contractCase.steps.some((step) => "action" in step && step.cutEverywhere);
  // Beyond any action's number of calls: one that is cut for ever would never end.
  const last = isCut ? 5000 : 1;
  for (let moment = 1; moment <= last; moment++) {
    if (!(await runOnce(subject, contractCase, moment))) return;
  }
  assert.ok(!isCut, "the step was cut at every point and never came to its end");
}

/** Whether a step was cut at that point. */
async function runOnce(
  subject: Subject,
  contractCase: ContractCase,
  moment: number,
): Promise<boolean> {
  const network = await subject.openNetwork();
  let wasCut = false;
  try {
    const { machines, known } = await openMachines(network, contractCase);
    for (const [index, step] of contractCase.steps.entries()) {
      const place = `step ${index + 1} on ${step.on}`;
      const machine = machines.get(step.on)!;
      if ("faults" in step) await machine.setFaults(step.faults);
      else if ("event" in step) await machine.play(step.event);
      else wasCut = (await runStep(machine, step, known, place, moment)) || wasCut;
    }
  } catch (error) {
    await network.close().catch(() => {});
    throw error;
  }
  await network.close();
  return wasCut;
}

async function openMachines(
  network: SubjectNetwork,
  { machines: setups = {}, steps }: ContractCase,
) {
  const machines = new Map<string, SubjectMachine>();
  const known: Known = { addresses: {} };
  for (const name of new Set([...Object.keys(setups), ...steps.map((step: Step) => step.on)])) {
    const machine = await network.machine(name, setups[name] ?? {});
    machines.set(name, machine);
    known.addresses[name] = machine.address;
  }
  return { machines, known };
}

const eventuallyMilliseconds = 40_000;

/** Whether the step was cut before it ran whole. */
async function runStep(
  machine: SubjectMachine,
  step: ActionStep,
  known: Known,
  place: string,
  moment: number,
): Promise<boolean> {
  const { action, request = {}, eventually, cutEverywhere } = step;
  const given = typeof request === "function" ? request(known) : request;
  const cut = cutEverywhere ? await machine.runCut!(action, given, moment) : undefined;
  const where = `${place}, ${action}${cut === null ? `, cut at its point ${moment}` : ""}`;
  if (cut) {
    check(step, cut, known, where, given);
    return false;
  }
  if (cut === null && step.leaveCut) return true;
  const deadline = Date.now() + eventuallyMilliseconds;
  for (;;) {
    const answer = await machine.run(action, given);
    try {
      check(step, answer, known, where, given);
      return cut === null;
    } catch (error) {
      if (!eventually || Date.now() > deadline) throw error;
      await wait(200);
    }
  }
}

function check(
  { expect, keep }: ActionStep,
  answer: Answer,
  known: Known,
  where: string,
  request: object,
): void {
  if ("failure" in answer) assertSecretsLeftOut(answer.failure, request, where);
  if ("failure" in expect) {
    assert.ok("failure" in answer, `${where}: succeeded with ${JSON.stringify(answer)}`);
    const expected = typeof expect.failure === "function" ? expect.failure(known) : expect.failure;
    checkFailure(expected, answer.failure, where);
    return;
  }
  assert.ok("report" in answer, `${where}: failed with ${JSON.stringify(answer)}`);
  const expected =
    typeof expect.report === "function" ? expect.report(answer.report, known) : expect.report;
  if (expected !== undefined) assert.deepEqual(answer.report, expected, where);
  keep?.(answer.report, known);
}

function checkFailure(expected: ExpectedFailure, failure: GuestFailure, where: string): void {
  const said = `${where}: ${JSON.stringify(failure)}`;
  assert.equal(failure.code, expected.code, said);
  if (expected.hresult !== undefined) {
    assert.equal(failure.hresult ?? null, expected.hresult, said);
  }
  for (const part of ["message", "hint"] as const) {
    const wanted = expected[part];
    if (typeof wanted === "string") assert.equal(failure[part], wanted, said);
    else if (wanted) assert.match(failure[part], wanted, said);
    assert.ok(failure[part].length > 0, said);
  }
}

const secretFields = new Set(["exportPassword", "exportedIdentity", "userPassword", "invitation"]);

/** No failure repeats a secret of the request, whatever else is wrong with it. */
function assertSecretsLeftOut(failure: object, request: object, where: string): void {
  const text = JSON.stringify(failure);
  assert.ok(!text.includes(canary), `${where}: the failure repeats a value of the request`);
  const visit = (value: unknown, name: string): void => {
    if (typeof value === "string") {
      const isSecret = secretFields.has(name) && value.length >= 8;
      // A part of an export is as secret as the whole.
      const parts = isSecret ? [value.slice(0, 60), value.slice(-60)] : [];
      const repeated = parts.some((part) => text.includes(part));
      assert.ok(!repeated, `${where}: the failure repeats the secret ${name}`);
    } else if (typeof value === "object" && value !== null) {
      for (const [inner, item] of Object.entries(value)) visit(item, inner);
    }
  };
  visit(request, "");
}
