import type * as pulumi from "@pulumi/pulumi";
import type { ListenRequest } from "../guest/contract";
import type { LabPersonParts } from "./labPeople";
import type { PeerLabArgs } from "./peerLabArgs";
import type { PeerMachine } from "./peerMachine";
import type { PeerNetwork } from "./peerNetwork";
import { PeerProof, type ProofMachineArgs } from "./peerProof";
import { codePoints } from "./plan/identity";
import type { LabMachinePlan, LabPlan } from "./plan/lab";
import { portsOf } from "./plan/peerPorts";
import { servicePeerName } from "./plan/presence";
import { listeningSeconds } from "./plan/proof";

export interface LabProofParts {
  network: PeerNetwork;
  /** The machines as the steps take them, by key. */
  ready: ReadonlyMap<string, pulumi.Output<PeerMachine>>;
  people: ReadonlyMap<string, LabPersonParts>;
}

/** Which proof of a lab: its name, its machines, and what its verdict is kept after. */
export interface WhichProof {
  name: string;
  machines: readonly LabMachinePlan[];
  verdictAfter?: pulumi.Output<string>;
}

/** Declares a proof of a lab: of each machine the ports that are open to its peers, and the names of its person's services. */
export function labProof(
  { name, machines: proved, verdictAfter }: WhichProof,
  args: PeerLabArgs,
  { network, ready, people }: LabProofParts,
  parent: { parent: pulumi.Resource },
): PeerProof {
  const machines: { [key: string]: ProofMachineArgs } = {};
  for (const { key, person } of proved) {
    // Of each by itself: the person may have machines in rings that wait for this proof.
    const { report, step } = (people.get(person) as LabPersonParts).machines[key];
    const { services = {} } = args.people[person];
    machines[key] = {
      machine: ready.get(key) as pulumi.Output<PeerMachine>,
      ports: provedPorts(args, person),
      names: report.apply(({ peerName }) =>
        peerName === ""
          ? []
          : Object.keys(services).map((service) => servicePeerName(peerName, service)),
      ),
      groups: report.apply(({ group }) => (group === "" ? [] : [group])),
      step,
    };
  }
  return new PeerProof(
    name,
    {
      machines,
      securityGroupIds: [network.networkSecurityGroupId],
      network: network.networkSecurityGroupId.apply((id) => networkOf(id, args)),
      verdictAfter,
      ...args.proof,
      whenOff: args.whenOff,
      answerTimeoutSeconds: args.answerTimeoutSeconds,
    },
    parent,
  );
}

/** TCP ports that are open to the peers of this person's machines, each once. */
function provedPorts(args: PeerLabArgs, person: string): number[] {
  const graphPorts = portsOf(args.graphPorts).filter(({ protocol }) => protocol === "TCP");
  const services = Object.values(args.people[person].services ?? {});
  const ports = [...graphPorts, ...services].map(({ port }) => port);
  return [...new Set(ports)].sort((one, other) => one - other);
}

/**
 * Which listeners a machine's step opens for the first proof that the machine takes part in: that of its ring. Undefined where
 * nobody tests its ports.
 */
export function provedListeners(
  { ring, person }: LabMachinePlan,
  args: PeerLabArgs,
  { machines }: LabPlan,
): ListenRequest | undefined {
  const ports = provedPorts(args, person);
  const proved = machines.filter((machine) => machine.ring <= ring).length;
  if (ports.length === 0 || proved < 2) return undefined;
  return { ports, seconds: listeningSeconds(proved, args.proof?.settleSeconds) };
}

/**
 * Another text whenever the network lets through something else, or the cloud is found through other machines, without any step of
 * a machine's own: what else decides in the security group, and which machines are seeds, goes through their steps.
 */
export function networkOf(
  securityGroupId: string,
  { isolate = true, externalSeeds = [] }: Pick<PeerLabArgs, "isolate" | "externalSeeds">,
): string {
  // Azure does not always write an id as it was given.
  const group = securityGroupId.toLowerCase();
  return JSON.stringify([group, isolate, [...externalSeeds].sort(codePoints)]);
}
