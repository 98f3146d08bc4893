/** What a map of a lab shows: everything in plain words, nothing of it secret. */
import type { ProofReport } from "../../components/plan/proofVerdict";
import type { LabInState, LabMachineInState } from "../labInState";
import type { MachineNetworks, MapNetwork } from "./networks";
import { matrixOf, type Matrix } from "./reachability";
import type { ReportFile } from "./reportFile";

export interface LabMap {
  stack: string;
  resourceGroups: string[];
  /** When the stack was last updated, ISO 8601; empty where it is not known. */
  updated: string;
  /** Where the matrix comes from. */
  proof: { from: "update" | "report"; time: string; file: string };
  networks: MapNetwork[];
  /** `user@host:port` of the hosts through which the machines are reached; none where they are dialled directly. */
  jumpHosts: string[];
  owners: MapOwner[];
  rings: { name: string; machines: string[] }[];
  machines: MapMachine[];
  matrix: Matrix;
  /** What is wrong, was not tested, or took no part, by machine. */
  findings: { machine: string; failures: string[]; notTested: string[]; leftOut: string }[];
  /** What the reader has to know of the data; none as a rule. */
  remarks: string[];
}

/** Who shares something: a person, or, of machines that belong to nobody, an identity. */
export interface MapOwner {
  /** Key of the person; empty where there is none. */
  person: string;
  /** What she is called. */
  name: string;
  sharing: "identity" | "group";
  /** The identity that her machines hold, or the one that made the group; empty where it is not known. */
  peerName: string;
  /** Peer name of her group; empty where she has none. */
  group: string;
  machines: string[];
}

export interface MapMachine {
  machine: string;
  computerName: string;
  person: string;
  /** Index in `owners`. */
  owner: number;
  ring: string;
  isSeed: boolean;
  size: string;
  location: string;
  /** IPv4 first; those that are known. */
  privateAddresses: string[];
  publicAddresses: string[];
  peerName: string;
  group: string;
  /** Names that it registers, with their state. */
  names: { peerName: string; state: string }[];
  cloud: string;
  state: "ready" | "waits" | "not ready";
  /** The state in words: `ready`, `waits for reboot`. */
  stateWords: string;
  /** Id of its subnet; empty where it is not known. */
  subnet: string;
}

export interface MapSource {
  lab: LabInState;
  networks: MachineNetworks;
  /** When the stack was last updated, ISO 8601. */
  updated?: string;
  /** What `check --output` wrote, instead of the proof of the last update. */
  report?: ReportFile;
}

/** Puts together what is drawn. */
export function mapOf({ lab, networks, updated = "", report }: MapSource): LabMap {
  const proof = report?.proof ?? lab.proof;
  const owners = ownersOf(lab);
  const keys = lab.machines.map(({ machine }) => machine);
  return {
    stack: lab.stack,
    resourceGroups: lab.resourceGroups,
    updated,
    proof: report
      ? { from: "report", time: report.time, file: report.file }
      : { from: "update", time: updated, file: "" },
    networks: networks.networks,
    jumpHosts: jumpHostsOf(lab.machines),
    owners,
    rings: lab.rings.map((name) => ({
      name,
      machines: lab.machines.filter(({ ring }) => ring === name).map(({ machine }) => machine),
    })),
    machines: lab.machines.map((one) => ({
      ...machineOf(one, report ? proof[one.machine] : undefined),
      owner: owners.findIndex(({ machines }) => machines.includes(one.machine)),
      subnet: networks.subnetOf.get(one.virtualMachineId ?? "") ?? "",
    })),
    matrix: matrixOf(keys, proof),
    findings: keys.flatMap((machine) => {
      const { failures = [], notTested = [], leftOut = "" } = proof[machine] ?? {};
      if (failures.length + notTested.length === 0 && leftOut === "") return [];
      return [{ machine, failures, notTested, leftOut }];
    }),
    remarks: remarksOf(keys, proof, report),
  };
}

/** People in the order of their keys; then, by identity, the machines that no lab knows. */
function ownersOf({ people, machines }: LabInState): MapOwner[] {
  const known = people.map((one): MapOwner => ({
    person: one.person,
    name: one.displayName || one.person,
    sharing: one.sharing,
    peerName: one.peerName,
    group: machines.find(({ person, group }) => person === one.person && group)?.group ?? "",
    machines: one.machines,
  }));
  const others = machines.filter(({ machine }) =>
    known.every((one) => !one.machines.includes(machine)),
  );
  const identities = [...new Set(others.map(({ peerName }) => peerName))];
  return [
    ...known,
    ...identities.map((peerName): MapOwner => ({
      person: "",
      name: peerName === "" ? "Identity not known" : "Identity of no person",
      sharing: "identity",
      peerName,
      group: "",
      machines: others.filter((one) => one.peerName === peerName).map(({ machine }) => machine),
    })),
  ];
}

function machineOf(
  one: LabMachineInState,
  found: ProofReport | undefined,
): Omit<MapMachine, "owner" | "subnet"> {
  const told = (...texts: string[]) => texts.filter((text) => text !== "");
  const waits = one.pending.length > 0;
  const unfinished = one.ask === undefined;
  return {
    machine: one.machine,
    computerName: one.computerName,
    person: one.person,
    ring: one.ring,
    isSeed: one.isSeed,
    size: one.size,
    location: one.location,
    privateAddresses: told(one.privateIpv4, one.privateIpv6),
    publicAddresses: told(one.publicIpv4, one.publicIpv6),
    peerName: one.peerName,
    group: one.group,
    names: found?.names ?? one.names,
    cloud: found?.cloud || one.cloud,
    state: one.ready ? "ready" : waits ? "waits" : "not ready",
    stateWords: one.ready
      ? "ready"
      : waits
        ? `waits for ${one.pending.join(", ")}`
        : unfinished
          ? "not ready: its update did not come to its end"
          : "not ready",
  };
}

/** Of the jump host nothing but how it is called: its password and key are secret. */
function jumpHostsOf(machines: readonly LabMachineInState[]): string[] {
  const all = machines.flatMap(({ ask }) => {
    const host = ask?.connection.jumpHost;
    if (!host) return [];
    const name = host.host.includes(":") ? `[${host.host}]` : host.host;
    return [`${host.user}@${name}${host.port && host.port !== 22 ? `:${host.port}` : ""}`];
  });
  return [...new Set(all)];
}

function remarksOf(
  keys: readonly string[],
  proof: Readonly<Record<string, ProofReport>>,
  report: ReportFile | undefined,
): string[] {
  const gone = Object.keys(proof).filter((key) => !keys.includes(key));
  const missing = keys.filter((key) => !Object.hasOwn(proof, key));
  const source = report ? "The report" : "The last proof";
  return [
    ...(gone.length > 0
      ? [
          `${source} has machines that the stack no longer has; they are not drawn: ${gone.join(", ")}.`,
        ]
      : []),
    ...(missing.length === keys.length
      ? [
          report
            ? "The report has no proof."
            : "No proof has been made: who reaches whom is not known.",
        ]
      : missing.length > 0
        ? [`${source} has nothing of ${missing.join(", ")}.`]
        : []),
  ];
}
