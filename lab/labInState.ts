import type { LabMachine, LabPerson } from "../components/peerLabArgs";
import type { ProofName, ProofReport } from "../components/peerProof";
import { codePoints } from "../components/plan/identity";
import { ringsOf, type RingDefinition } from "../components/plan/rings";
import { readMachines, type MachineInState } from "./machinesInState";
import type { Stack, StateResource } from "./stack";

/** The labs of a stack as its last update left them. Nothing in it is secret but what `machines[].ask` holds. */
export interface LabInState {
  /** The stack's name. */
  stack: string;
  /** Resource groups of the stack's labs, in code-point order. */
  resourceGroups: string[];
  /** In the order of their keys. None where the stack's own program declares machines without a `PeerLab`. */
  people: PersonInState[];
  /** Names of the rings in the order in which changes reach them; empty in a lab without rings. */
  rings: string[];
  /** In the order of their keys. */
  machines: LabMachineInState[];
  /** What each machine found of the others when it last tested, by key; without those that never did. */
  proof: Readonly<Record<string, ProofReport>>;
}

/** A person as the last update left her. */
export interface PersonInState extends LabPerson {
  /** Her key. */
  person: string;
  /** Keys of her machines. */
  machines: string[];
}

/** A machine as the last update left it. What is not known is empty. */
export interface LabMachineInState extends MachineInState {
  /** Key of the person. */
  person: string;
  /** Name of its ring; empty in a lab without rings. */
  ring: string;
  /** Whether the others find the PNRP cloud through it. */
  isSeed: boolean;
  /** Windows' own name. */
  computerName: string;
  /** VM size, such as `Standard_D2s_v5`. */
  size: string;
  /** Azure region, such as `westeurope`. */
  location: string;
  privateIpv4: string;
  privateIpv6: string;
  publicIpv4: string;
  publicIpv6: string;
  /** Secure peer name of the identity that it holds. */
  peerName: string;
  /** Peer name of its group. */
  group: string;
  /** The peer names that it is to register, and whether they were registered when it last tested. */
  names: ProofName[];
  /** State of its PNRP cloud when it last tested. */
  cloud: string;
  /** Whether its last update came to its end and left nothing to wait for. */
  ready: boolean;
  /** What it waits for: `reboot`, `power on`, `group`. */
  pending: string[];
}

/** Reads the labs of a stack, from its state alone. Throws where it has no machines. */
export async function readLab(stack: Stack): Promise<LabInState> {
  const resources = await stack.resources();
  const labs = resources.filter(({ type }) => type === "peerlab:index:PeerLab").map(labOf);
  const machines = (await readMachines(stack)).map((machine) =>
    withParts(
      machine,
      resources,
      labs.find(({ owners }) => Object.hasOwn(owners, machine.machine)),
    ),
  );
  return {
    stack: stack.name,
    resourceGroups: [...new Set(labs.map(({ resourceGroup }) => resourceGroup))]
      .filter((name) => name !== "")
      .sort(codePoints),
    people: labs
      .flatMap(({ people }) => Object.entries(people))
      .map(([person, told]) => ({
        ...told,
        person,
        machines: machines.filter((one) => one.person === person).map(({ machine }) => machine),
      }))
      .sort((one, other) => codePoints(one.person, other.person)),
    rings: [...new Set(labs.flatMap(({ rings }) => rings.map(({ name }) => name)))],
    machines,
    proof: Object.assign({}, ...labs.map(({ proof }) => proof)) as Record<string, ProofReport>,
  };
}

/** What the component of a lab says. */
interface LabOutputs {
  resourceGroup: string;
  known: Readonly<Record<string, LabMachine>>;
  /** Keys of people by machine. */
  owners: Readonly<Record<string, string>>;
  people: Readonly<Record<string, LabPerson>>;
  rings: { name: string; machines: string[] }[];
  proof: Readonly<Record<string, ProofReport>>;
}

/**
 * The component's outputs are those of the last update that came to its end; of one that did not, only its arguments tell who is there.
 */
function labOf({ inputs, outputs }: StateResource): LabOutputs {
  const told = (outputs ?? {}) as {
    resourceGroupName?: string;
    machines?: Record<string, LabMachine>;
    people?: Record<string, LabPerson>;
    proof?: Record<string, ProofReport>;
  };
  const { people = {}, rings } = (inputs ?? {}) as {
    people?: Record<string, PersonInArguments | null>;
    rings?: RingDefinition[];
  };
  const wanted = Object.entries(people);
  const owners = Object.fromEntries([
    ...wanted.flatMap(([person, one]) =>
      Object.keys(one?.machines ?? {}).map((machine) => [machine, person]),
    ),
    ...Object.entries(told.machines ?? {}).map(([machine, { person }]) => [machine, person]),
  ]) as Record<string, string>;
  return {
    resourceGroup: told.resourceGroupName ?? "",
    known: told.machines ?? {},
    owners,
    people: {
      ...Object.fromEntries(wanted.map(([person, one]) => [person, unfinished(person, one)])),
      ...told.people,
    },
    rings: rings?.length ? ringsOf(rings, owners) : [],
    proof: told.proof ?? {},
  };
}

/** A person as a lab's arguments have her. */
interface PersonInArguments {
  displayName?: string;
  sharing?: LabPerson["sharing"];
  machines?: object;
}

/** A person whom no update has come to the end of. */
function unfinished(person: string, one: PersonInArguments | null): LabPerson {
  const { displayName = person, sharing = "identity" } = one ?? {};
  return { displayName, sharing: sharing as LabPerson["sharing"], peerName: "" };
}

function withParts(
  machine: MachineInState,
  resources: readonly StateResource[],
  lab: LabOutputs | undefined,
): LabMachineInState {
  const virtualMachine = resources.find(({ id }) => id && id === machine.virtualMachineId);
  const peer = resources.find(({ urn }) => urn === virtualMachine?.parent);
  const { hardwareProfile, osProfile, location } = (virtualMachine?.outputs ?? {}) as {
    hardwareProfile?: { vmSize?: string };
    osProfile?: { computerName?: string };
    location?: string;
  };
  const addresses = (peer?.outputs ?? {}) as Partial<Record<keyof LabMachineInState, string>>;
  const { seed } = (peer?.inputs ?? {}) as { seed?: { role?: string } };
  const told = lab?.known[machine.machine];
  return {
    ...machine,
    person: lab?.owners[machine.machine] ?? "",
    ring: lab?.rings.find(({ machines }) => machines.includes(machine.machine))?.name ?? "",
    isSeed: seed?.role === "seed",
    computerName: told?.computerName ?? osProfile?.computerName ?? "",
    size: hardwareProfile?.vmSize ?? "",
    location: location ?? "",
    privateIpv4: told?.privateIpv4 || (addresses.privateIpv4 ?? ""),
    privateIpv6: told?.privateIpv6 || (addresses.privateIpv6 ?? ""),
    publicIpv4: told?.publicIpv4 || (addresses.publicIpv4 ?? ""),
    publicIpv6: addresses.publicIpv6 ?? "",
    peerName: told?.peerName ?? machine.ask?.request.identities?.wanted[0]?.peerName ?? "",
    group: told?.group ?? "",
    names: told?.names ?? [],
    cloud: told?.cloud ?? "",
    ready: told?.ready ?? machine.ask !== undefined,
    pending: told?.pending ?? [],
  };
}
