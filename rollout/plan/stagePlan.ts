/** What a preview plans, from the engine's events. Pure. */
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { codePoints } from "../../components/plan/identity";
import type { StagePlan } from "./progress";

type Step = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

const labType = "peerlab:index:PeerLab";
const peerType = "peerlab:index:WindowsPeer";
const machineType = "azure-native:compute:VirtualMachine";

/** What runs on machines: the steps over SSH, the copy of the guest files, and the preparation. */
const guestStepTypes = [
  "command:remote:Command",
  "command:remote:CopyToRemote",
  "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
];

/**
 * Counts what the steps of a preview (or of an update) do. A machine is the VM of a `WindowsPeer`; its key is the peer's name without
 * that of its lab. The parts of a replacement count as the one thing that they are.
 */
export function planOf(events: readonly EngineEvent[]): StagePlan {
  const steps = events
    .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
    // The engine's own count leaves providers out, too.
    .filter(({ type }) => !type.startsWith("pulumi:providers:"));
  const of = (op: string) => unique(steps.filter((step) => step.op === op).map(({ urn }) => urn));
  const labs = unique(steps.filter(({ type }) => type === labType).map(({ urn }) => nameOf(urn)));
  const machines = (op: string) =>
    unique(
      of(op)
        .filter(isMachine)
        .map((urn) => machineKey(urn, labs)),
    ).sort(codePoints);
  return {
    create: of("create").length + of("import").length,
    update: of("update").length,
    replace: of("replace").length,
    delete: of("delete").length,
    same: of("same").length,
    replacedMachines: machines("replace"),
    deletedMachines: machines("delete"),
    createdMachines: machines("create"),
    steps: unique(steps.filter(runsOnMachine).map(({ urn }) => nameOf(urn))).sort(codePoints),
  };
}

function runsOnMachine({ op, type }: Step): boolean {
  return guestStepTypes.includes(type) && ["create", "update", "replace"].includes(op);
}

function isMachine(urn: string): boolean {
  const types = typesOf(urn);
  return types.at(-1) === machineType && types.at(-2) === peerType;
}

/** Key of the machine whose VM has this URN: its peer is called LAB-KEY, and its VM LAB-KEY-vm. */
function machineKey(urn: string, labs: readonly string[]): string {
  const peer = nameOf(urn).replace(/-vm$/, "");
  if (!typesOf(urn).includes(labType)) return peer;
  // Of several labs, that one whose name is the longest: `lab` is how `lab-two-ada` begins, too.
  const own = labs
    .filter((lab) => peer.startsWith(`${lab}-`))
    .sort((one, other) => other.length - one.length)[0];
  return own === undefined ? peer : peer.slice(own.length + 1);
}

function typesOf(urn: string): string[] {
  return urn.split("::")[2]?.split("$") ?? [];
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
