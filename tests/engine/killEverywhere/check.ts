import * as path from "node:path";
import { readAzureState } from "../../../local/azure";
import { partsOf } from "../../../local/directory";
import type { LabProject } from "../labProject";
import { readCheckpoint, type Checkpoint } from "./checkpoint";
import { decidedNames, heldIdentities, type KnownIdentities } from "./identities";
import type { People } from "./transitions";

interface MachineOutput {
  person: string;
  peerName: string;
  ready: boolean;
}

/** The lab user, to whom the identities belong. */
const labUser = "labuser";

/**
 * What is wrong with a lab that should be as `people` say; without people nothing must be left of it.
 *
 * @param known what identities there were when the interrupted run was over
 */
export function whatIsWrong(
  lab: LabProject,
  people: People | undefined,
  known: KnownIdentities,
): string[] {
  const checkpoint = readCheckpoint(lab);
  return [
    ...wrongState(checkpoint, people === undefined),
    ...wrongAzure(lab, checkpoint),
    ...wrongMachines(lab, people ?? {}),
    ...wrongIdentities(lab, checkpoint, people ?? {}, known),
  ];
}

function wrongState({ resources, pendingOperations }: Checkpoint, gone: boolean): string[] {
  const urns = resources.map(({ urn }) => urn);
  return [
    ...pendingOperations.map(({ type, resource }) => `pending: ${type} ${resource.urn}`),
    ...resources
      .filter((resource) => resource.delete || resource.pendingReplacement)
      .map(({ urn }) => `left over from a replacement: ${urn}`),
    ...repeated(urns).map((urn) => `twice in the state: ${urn}`),
    ...(gone ? urns.map((urn) => `still in the state: ${urn}`) : []),
  ];
}

/**
 * What Azure has and the state does not, and the other way round. Disks belong to machines and are in no state; security
 * rules stand in their group.
 */
function wrongAzure(lab: LabProject, { resources }: Checkpoint): string[] {
  const { azure } = partsOf(path.join(lab.directory, "local"));
  const there = readAzureState(azure).resources;
  const existing = there
    .filter(({ type }) => type !== "Microsoft.Compute/disks")
    .map(({ id }) => id.toLowerCase());
  const known = resources
    .filter(({ type, id }) => type.startsWith("azure-native:") && id !== undefined)
    .flatMap(({ id, outputs }) => [id!, ...rulesOf(outputs)])
    .map((id) => id.toLowerCase());
  const disks = there.filter(({ type }) => type === "Microsoft.Compute/disks").length;
  const machines = there.filter(({ type }) => type === "Microsoft.Compute/virtualMachines").length;
  return [
    ...existing.filter((id) => !known.includes(id)).map((id) => `orphan in Azure: ${id}`),
    ...known.filter((id) => !existing.includes(id)).map((id) => `not in Azure: ${id}`),
    ...repeated(known).map((id) => `twice in the state: ${id}`),
    ...there
      .filter(({ provisioningState }) => provisioningState !== "Succeeded")
      .map(({ id, provisioningState }) => `${provisioningState}: ${id}`),
    ...(disks === machines ? [] : [`${disks} disks for ${machines} machines`]),
  ];
}

function rulesOf(outputs: Record<string, unknown> | undefined): string[] {
  const rules = outputs?.securityRules;
  return Array.isArray(rules) ? rules.map(({ id }: { id: string }) => id) : [];
}

function wrongMachines(lab: LabProject, people: People): string[] {
  const wanted = Object.values(people)
    .flatMap(({ machines }) => Object.keys(machines))
    .sort();
  const found = lab.standIn.windows
    .machines()
    .map(({ record }) => record.computerName)
    .sort();
  return String(wanted) === String(found)
    ? []
    : [`machines are ${String(found)} instead of ${String(wanted)}`];
}

function wrongIdentities(
  lab: LabProject,
  { resources }: Checkpoint,
  people: People,
  known: KnownIdentities,
): string[] {
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const outputs = (stack?.outputs?.machines ?? {}) as Record<string, MachineOutput>;
  const living = new Set(lab.standIn.windows.machines().map(({ record }) => record.vmId));
  const decided = decidedNames(people, known, living);
  const held = heldIdentities(lab);
  const wrong: string[] = [];
  const names: string[] = [];
  for (const [person, { machines }] of Object.entries(people)) {
    const told = Object.keys(machines).map((key) => outputs[key]?.peerName ?? "");
    const name = decided[person] ?? told[0] ?? "";
    names.push(name);
    for (const key of Object.keys(machines)) {
      const output = outputs[key];
      const own = held.filter(({ computerName }) => computerName === key);
      const holds = own.map(({ peerName, user }) => `${user}:${peerName}`).join(", ") || "none";
      if (!output?.ready) wrong.push(`${key} is not ready`);
      if (output?.peerName !== name || name === "") {
        wrong.push(`${key} says ${output?.peerName || "no name"} instead of ${name || "one"}`);
      }
      if (holds !== `${labUser}:${name}`) wrong.push(`${key} holds ${holds} instead of ${name}`);
    }
  }
  const foreign = Object.keys(outputs).filter(
    (key) => !Object.values(people).some(({ machines }) => key in machines),
  );
  return [
    ...wrong,
    ...foreign.map((key) => `${key} is in the outputs`),
    ...repeated(names).map((name) => `two people have ${name}`),
  ];
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
