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

/** Runs a case on a subject; what follows a step with `cutEverywhere` once for each point at which that can be cut. */
export async function runCase(subject: Subject, contractCase: ContractCase): Promise<void> {
  const network = await subject.openNetwork();
  try {
    const place = await openMachines(network, contractCase);
    await runSteps(place, contractCase.steps, 0);
  } catch (error) {
    // The case's own error says more than what it left open.
    await network.close().catch(() => {});
    throw error;
  }
  await network.close();
}

/** Where steps run. */
interface Place {
  network: SubjectNetwork;
  machines: Map<string, SubjectMachine>;
  known: Known;
}

async function runSteps(place: Place, steps: Step[], from: number): Promise<void> {
  for (let index = from; index < steps.length; index++) {
    const step = steps[index]!;
    const machine = place.machines.get(step.on)!;
    if ("faults" in step) await machine.setFaults(step.faults);
    else if ("event" in step) await machine.play(step.event);
    else if (step.cutEverywhere) return runCutEverywhere(place, steps, index, step);
    else await runStep(machine, step, place.known, `step ${index + 1} on ${step.on}`);
  }
}

async function runCutEverywhere(
  place: Place,
  steps: Step[],
  index: number,
  step: ActionStep,
): Promise<void> {
  const machine = place.machines.get(step.on)!;
  const request = requestOf(step, place.known);
  const restore = await place.network.save!();
  const points = await machine.cutPoints!(step.action, request);
  assert.ok(points.length > 0, `step ${index + 1}: ${step.action} has no point to cut it at`);
  for (const point of points) {
    await restore();
    const known = structuredClone(place.known);
    const where = `step ${index + 1} on ${step.on}, cut at ${point}`;
    assert.ok(await machine.runCut!(step.action, request, point), `${where}: it was not cut`);
    if (!step.leaveCut) await runStep(machine, step, known, where);
    try {
      await runSteps({ ...place, known }, steps, index + 1);
    } catch (error) {
      if (error instanceof Error) error.message = `After ${where}: ${error.message}`;
      throw error;
    }
  }
}

async function openMachines(
  network: SubjectNetwork,
  { machines: setups = {}, steps }: ContractCase,
): Promise<Place> {
  const machines = new Map<string, SubjectMachine>();
  const known: Known = { addresses: {} };
  for (const name of new Set([...Object.keys(setups), ...steps.map((step: Step) => step.on)])) {
    const machine = await network.machine(name, setups[name] ?? {});
    machines.set(name, machine);
    known.addresses[name] = machine.address;
  }
  return { network, machines, known };
}

const eventuallyMilliseconds = 40_000;

function requestOf({ request = {} }: ActionStep, known: Known): object {
  return typeof request === "function" ? request(known) : request;
}

async function runStep(
  machine: SubjectMachine,
  step: ActionStep,
  known: Known,
  place: string,
): Promise<void> {
  const request = requestOf(step, known);
  const deadline = Date.now() + eventuallyMilliseconds;
  for (;;) {
    const answer = await machine.run(step.action, request);
    try {
      check(step, answer, known, `${place}, ${step.action}`, request);
      return;
    } catch (error) {
      if (!step.eventually || Date.now() > deadline) throw error;
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
