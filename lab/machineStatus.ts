import { identitiesWithoutCopy, type IdentityCopies } from "../components/plan/identityCopies";
import { isOff } from "../components/power";
import type { Sharing } from "../components/peerLabArgs";
import { describe, type Checked } from "./checkMachines";
import type { LabInState, LabMachineInState, PersonInState } from "./labInState";
import type { VirtualMachineNow } from "./machinePower";

/** How a lab stands, as `status --json` writes it. Nothing in it is secret. A text that is not known is empty. */
export interface LabStatus {
  stack: string;
  /** When it was asked: ISO 8601, UTC. */
  time: string;
  resourceGroups: string[];
  /** Names of the rings in the order in which changes reach them; empty in a lab without rings. */
  rings: string[];
  /** Those that were asked for, in the order of their keys. */
  machines: MachineStatus[];
  /** The people of these machines; everybody where all machines were asked for. */
  people: PersonStatus[];
}

/** How a machine stands. */
export interface MachineStatus {
  machine: string;
  /** Key of the person. */
  person: string;
  ring: string;
  /** Whether the others find the PNRP cloud through it. */
  seed: boolean;
  /** Azure's word, such as `running`; `missing` where Azure has no such VM; `unknown` where it was not told. */
  power: string;
  computerName: string;
  addresses: Record<"privateIpv4" | "privateIpv6" | "publicIpv4" | "publicIpv6", string>;
  /** Secure peer name of the identity that it holds. */
  peerName: string;
  /** Peer name of its group. */
  group: string;
  /** Peer names that it registers: `registered`, `waiting`, `not held` or an HRESULT's name, when it last tested. */
  names: { peerName: string; state: string }[];
  proof: ProofStatus;
  drift: DriftStatus;
}

/** What a machine found of the others when it last tested; `npm run check` lets it test now. */
export interface ProofStatus {
  result: "passed" | "failed" | "not tested";
  /** Each failure, in words. */
  failures: string[];
  /** Why it took no part, or what of it nobody tested. */
  notTested: string[];
}

/**
 * What the machine itself says of what its last update wanted. `off` is not asked, and `unknown` did not answer, or was not asked
 * for another reason: of both nothing is known.
 */
export interface DriftStatus {
  state: "as wanted" | "drifted" | "waiting" | "off" | "unknown";
  /** What somebody changed, what it waits for, or why nothing is known; empty where it is as wanted. */
  details: string[];
}

/** A person of the lab. */
export interface PersonStatus {
  /** Her key. */
  person: string;
  displayName: string;
  sharing: Sharing;
  /** Secure peer name of her identity or of her group. */
  peerName: string;
  /** Keys of all her machines. */
  machines: string[];
  /** Whether a copy of her identity was taken out of the stack; null where there is none that the stack keeps. */
  copyTaken: boolean | null;
}

/** What was found out about machines, besides what the state says. */
export interface Found {
  /** VMs as Azure has them, by ARM id; none where it cannot be asked. */
  power: ReadonlyMap<string, VirtualMachineNow>;
  /** What machines answered, by key; those that are not in it were not asked. */
  checked: ReadonlyMap<string, Checked>;
}

/** How a machine stands, from the stack's state and from what was found out now. */
export function machineStatus(
  one: LabMachineInState,
  proof: LabInState["proof"],
  { power: known, checked }: Found,
): MachineStatus {
  const { machine, person, ring, computerName, peerName, group } = one;
  const { privateIpv4, privateIpv6, publicIpv4, publicIpv6 } = one;
  const power = powerWord(one, known);
  return {
    machine,
    person,
    ring,
    seed: one.isSeed,
    power,
    computerName,
    addresses: { privateIpv4, privateIpv6, publicIpv4, publicIpv6 },
    peerName,
    group,
    names: one.names.map(({ peerName, state }) => ({ peerName, state })),
    proof: proofStatus(proof[machine]),
    drift: driftStatus(checked.get(machine), power),
  };
}

function powerWord({ virtualMachineId }: LabMachineInState, known: Found["power"]): string {
  const now = known.get(virtualMachineId ?? "");
  if (!now) return "unknown";
  return now.instance === "" ? "missing" : now.power || "unknown";
}

function proofStatus(report: LabInState["proof"][string] | undefined): ProofStatus {
  if (!report) return { result: "not tested", failures: [], notTested: [] };
  const { failures, leftOut, notTested = [] } = report;
  const result = failures.length > 0 ? "failed" : leftOut === undefined ? "passed" : "not tested";
  return {
    result,
    failures,
    notTested: [...(leftOut === undefined ? [] : [leftOut]), ...notTested],
  };
}

function driftStatus(found: Checked | undefined, power: string): DriftStatus {
  if (!found) {
    return isOff(power)
      ? { state: "off", details: [power] }
      : { state: "unknown", details: ["not asked"] };
  }
  switch (found.state) {
    case "as wanted":
      return { state: "as wanted", details: [] };
    case "drifted":
      return { state: "drifted", details: found.drift };
    case "waiting":
      return { state: "waiting", details: found.pending };
    case "off":
      return { state: "off", details: [found.power] };
    default:
      return { state: "unknown", details: [describe(found)] };
  }
}

/** The people of these machines, or all. `copies`: of which identities a copy is noted. */
export function personStatuses(
  people: readonly PersonInState[],
  copies: IdentityCopies,
): PersonStatus[] {
  return people.map(({ person, displayName, sharing, peerName, machines }) => {
    const isKept = identitiesWithoutCopy({ [person]: { peerName, sharing } }, {}).length > 0;
    const copyTaken = isKept ? copies[person] === peerName : null;
    return { person, displayName, sharing, peerName, machines, copyTaken };
  });
}
