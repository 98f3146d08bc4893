import { codePoints } from "../components/plan/identity";
import type { LabMachine, LabPerson } from "../components/peerLabArgs";
import { columns } from "./columns";
import { expiryOf, type Expiry } from "./expiry";
import { hasMachines } from "./machinesInState";
import type { StackSummary, StateResource } from "./stack";

/** A stack of the project and its labs, as `list --json` writes it. Nothing in it is secret. */
export interface ListedStack {
  stack: string;
  /** Whether it is the one that commands without `--stack` are about. */
  selected: boolean;
  /** When it was last updated, ISO 8601; null where it never was. */
  lastUpdate: string | null;
  /** What the last update left there; null where there is no lab, or it is not known. */
  lab: ListedLab | null;
  /** Why the stack's state cannot be read; null where it can. */
  unreadable: string | null;
}

/** What the labs of a stack consist of. */
export interface ListedLab {
  /** Azure regions of the machines, else of the resource groups. */
  regions: string[];
  resourceGroups: string[];
  /** Keys of the people; none where the stack's own program declares machines without a `PeerLab`. */
  people: string[];
  machines: number;
  /** The tag `expires`. */
  expiry: Expiry;
}

/** What a stack's labs are; null where it has none. The secrets of its state are not needed. */
export function labOf(resources: readonly StateResource[], now: Date): ListedLab | null {
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  const labs = of("peerlab:index:PeerLab").map(({ outputs }) => outputs as LabOutputs | undefined);
  if (labs.length === 0 && !hasMachines(resources)) return null;
  const virtualMachines = of("azure-native:compute:VirtualMachine");
  const groups = of("azure-native:resources:ResourceGroup");
  const regionsOf = (some: readonly StateResource[]) =>
    distinct(some.map(({ outputs, inputs }) => (outputs?.location ?? inputs?.location) as string));
  const regions = regionsOf(virtualMachines);
  const named = labs.map((lab) => lab?.resourceGroupName);
  const inIds = virtualMachines.map(({ id }) => /\/resourceGroups\/([^/]+)\//i.exec(id ?? "")?.[1]);
  return {
    regions: regions.length > 0 ? regions : regionsOf(groups),
    resourceGroups: distinct(named).length > 0 ? distinct(named) : distinct(inIds),
    people: distinct(of("peerlab:index:PeerLab").flatMap(peopleOf)),
    machines: machinesOf(labs, resources),
    expiry: expiryOf(resources, now),
  };
}

interface LabOutputs {
  resourceGroupName?: string;
  machines?: Record<string, LabMachine>;
  people?: Record<string, LabPerson>;
}

/** Of a lab whose first update did not come to its end only the arguments know them, where they are not encrypted. */
function peopleOf({ inputs, outputs }: StateResource): string[] {
  const told = (outputs as LabOutputs | undefined)?.people;
  const wanted = (inputs?.people ?? {}) as Record<string, unknown>;
  return Object.keys(told ?? ("ciphertext" in wanted ? {} : wanted));
}

/** Machines with a component or a step; a lab whose update did not come to its end does not list them itself. */
function machinesOf(
  labs: readonly (LabOutputs | undefined)[],
  resources: readonly StateResource[],
): number {
  const inLabs = labs.reduce((sum, lab) => sum + Object.keys(lab?.machines ?? {}).length, 0);
  const peers = resources.filter(({ type }) => type === "peerlab:index:WindowsPeer").length;
  const steps = resources.filter(
    ({ type, inputs }) =>
      type === "command:remote:Command" && / Set-PeerMachine$/.test(String(inputs?.create)),
  ).length;
  return Math.max(inLabs, peers, steps);
}

function distinct(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts)]
    .filter((text): text is string => typeof text === "string" && text !== "")
    .sort(codePoints);
}

/** A stack as it is listed. `read`: its state, or why it cannot be read. */
export function listed(
  { name, current, lastUpdate }: StackSummary,
  read: { resources: readonly StateResource[] } | { unreadable: string },
  now: Date,
): ListedStack {
  return {
    stack: name,
    selected: current,
    lastUpdate: lastUpdate ?? null,
    lab: "resources" in read ? labOf(read.resources, now) : null,
    unreadable: "resources" in read ? null : read.unreadable,
  };
}

/** One line a stack, and below them why one cannot be read. */
export function stackTable(stacks: readonly ListedStack[]): string {
  const head = [
    "Stack",
    "Regions",
    "Resource groups",
    "People",
    "Machines",
    "Last update",
    "Expires",
  ];
  const rows = stacks.map(({ stack, selected, lastUpdate, lab, unreadable }) => [
    selected ? `${stack}*` : stack,
    few(lab?.regions ?? []),
    few(lab?.resourceGroups ?? []),
    few(lab?.people ?? []),
    lab ? String(lab.machines) : unreadable === null ? "no lab" : "unknown",
    lastUpdate === null ? "never" : minuteOf(lastUpdate),
    lab ? expiryWords(lab.expiry) : "",
  ]);
  const reasons = stacks.flatMap(({ stack, unreadable }) =>
    unreadable === null ? [] : [`${stack} cannot be read: ${unreadable}`],
  );
  const mark = stacks.some(({ selected }) => selected)
    ? "* is the selected one, which a verb without --stack is about."
    : "No stack is selected: a verb is told with --stack which one it is about.";
  return [columns(head, rows), "", ...reasons, mark].join("\n");
}

/** At most three by name; of more their number. */
function few(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(", ")
    : `${names.length} (${names.slice(0, 2).join(", ")}, …)`;
}

function minuteOf(time: string): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime())
    ? time
    : `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function expiryWords({ expires, state }: Expiry): string {
  switch (state) {
    case "none":
      return "";
    case "valid":
      return expires;
    case "expired":
      return `${expires} (expired)`;
    case "unreadable":
      return `${JSON.stringify(expires)} (no date)`;
  }
}
