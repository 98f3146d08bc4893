import * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import { withoutStackTraces } from "./debugInformation";
import { existingSubnetWithRoom } from "./existingNetwork";
import { unlessFailed } from "./failedResources";
import { ImageProofs } from "./imageProofs";
import { refuse } from "./inputErrors";
import { labNetworkRules } from "./labNetworkRules";
import { labPeople, type LabPersonParts, type OwnReport } from "./labPeople";
import { labRings, ringProofs, type LabRings } from "./labRings";
import { machineReports, personReports } from "./labReport";
import { labSeed, seedName, type LabSeed } from "./labSeed";
import type { MachineParts } from "./machineParts";
import type {
  ExportedIdentity,
  LabMachine,
  LabMachineArgs,
  LabPerson,
  PeerLabArgs,
} from "./peerLabArgs";
import type { ProofReport } from "./peerProof";
import { PeerNetwork, type Outbound } from "./peerNetwork";
import { fitted, judgedTags, plain, plainJumpHost, plainPlacement } from "./plainValues";
import { peerLabShape } from "./plan/argumentShapes";
import { checkLab, checkZoneTags } from "./plan/checkLab";
import {
  networkOf,
  planLab,
  type LabDefinition,
  type LabMachinePlan,
  type LabPlan,
} from "./plan/lab";
import { besides } from "./plan/shape";
import { checkTags } from "./plan/rules/tags";
import { withSecrets } from "./secrets";
import { awakeSeeds } from "./seedPresence";
import { networkingWith } from "./serviceNetworking";
import { lean } from "./leanResource";
import { joined } from "./outputs";
import { WindowsPeer, type WindowsPeerArgs } from "./windowsPeer";

/**
 * A whole lab from a map of people and machines: resource group, network, machines, one peer identity for each person on all
 * her machines, and a report. The order in which people and machines are given means nothing.
 *
 * Throws an `InputPropertiesError` that holds every mistake in the arguments.
 */
export class PeerLab extends pulumi.ComponentResource {
  /** Name of the resource group. */
  public readonly resourceGroupName: pulumi.Output<string>;
  /** Machines by key. */
  public readonly machines: pulumi.Output<{ [key: string]: LabMachine }>;
  /** People by key. */
  public readonly people: pulumi.Output<{ [key: string]: LabPerson }>;
  /** The lab user. */
  public readonly adminUsername: pulumi.Output<string>;
  /** Password of the lab user by machine; empty for one that failed before it was sure. Secret. */
  public readonly adminPasswords: pulumi.Output<{ [key: string]: string }>;
  /** Public SSH host keys by machine. */
  public readonly hostKeys: pulumi.Output<{ [key: string]: string }>;
  /** The identities by person, as far as they share one, to be kept or taken elsewhere: exported identity and its password. Secret. */
  public readonly exportedIdentities: pulumi.Output<{ [key: string]: ExportedIdentity }>;
  /** What each machine found of the others when it last tested, by key. */
  public readonly proof: pulumi.Output<{ [key: string]: ProofReport }>;

  constructor(name: string, args: PeerLabArgs, opts?: pulumi.ComponentResourceOptions) {
    super("peerlab:index:PeerLab", name, withSecrets(withoutToken(args)), opts);
    const shaped = fitted(args, peerLabShape);
    args = shaped.args;
    const definition: LabDefinition = {
      ...args,
      ...plainPlacement(args),
      people: args.people ?? {},
      adminPassword: plain(args.adminPassword),
      jumpHost: plainJumpHost(args.jumpHost),
      makesResourceGroup: args.resourceGroupName === undefined,
    };
    const judged = { resource: this, options: opts, withParts: true };
    const ofContent = checkLab(definition, name);
    const findings = [...shaped.findings, ...besides(shaped.findings, ofContent)];
    refuse(`PeerLab ${name}`, findings, judged);
    const plan = planLab(definition);
    const parent = { parent: this };

    const tags = judgedTags(`PeerLab ${name}`, args.tags, (known) => [
      ...checkTags("tags", known),
      ...checkZoneTags("tags", { ...definition, tags: known }),
    ]);
    const group = resourceGroup(name, { ...args, tags }, parent);
    const shared = { resourceGroupName: group.name, location: group.location, tags };
    const { existing, jumpHost } = args;
    const networkRules = labNetworkRules(name, args, parent);
    const network = new PeerNetwork(
      name,
      {
        ...shared,
        adminSources: args.adminSources,
        jumpHostAddress: jumpHost?.privateAddress,
        peerSources: args.peerSources,
        graphPorts: args.graphPorts,
        servicePorts: networkOf(definition).servicePorts,
        rdp: args.rdp,
        isolate: args.isolate,
        outbound: networkOf(definition).outbound as Outbound | undefined,
        ipv4Space: args.ipv4Space,
        ipv6Space: args.ipv6Space,
        ipv4Subnet: args.ipv4Subnet,
        ipv6Subnet: args.ipv6Subnet,
        existing,
        rulesBefore: networkRules?.last,
      },
      parent,
    );
    const inSubnet = { ...shared, subnetId: subnetOf(name, args, plan, network) };
    const rings = labRings(args, plan);
    const seed = labSeed(
      name,
      plan.machines.map(({ key }) => key),
      args,
      parent,
      plan.rings[0]?.machines,
    );
    const peers = new Map<string, WindowsPeer>();
    for (const machine of plan.machines) {
      peers.set(
        machine.key,
        withoutStackTraces(() =>
          windowsPeer(name, args, inSubnet, { network, seed, rings }, machine, parent),
        ),
      );
    }
    seedName(name, shared, network.virtualNetworkId, seed, args, peers, parent);
    const images = new ImageProofs(`${name}-images`, plan, peers, parent);
    const planned = new Map(plan.machines.map((machine) => [machine.key, machine]));
    const ready = new Map(plan.machines.map((machine) => [machine.key, images.machine(machine)]));
    const asleep = (key: string) => images.seed(planned.get(key) as LabMachinePlan);
    const ringOf = (key: string) => planned.get(key)?.ring ?? 0;
    const seeds =
      planned.size === 0 ? [] : awakeSeeds(name, args.seeds, seed, asleep, ringOf, args, parent);
    const people = withoutStackTraces(() => labPeople(name, args, plan, { ready, seeds }, parent));
    images.decide((key) => partsOf(planned, people, key));
    const proof = withoutStackTraces(() =>
      ringProofs(name, args, { plan, rings, network, ready, people }, parent),
    );
    networkRules?.keep(network.wantedRules, rings.allHealthy);

    this.resourceGroupName = group.name;
    this.machines = machineReports(plan, peers, people, proof);
    this.people = personReports(plan, people);
    this.adminUsername = pulumi.output(args.adminUsername ?? "labuser");
    this.adminPasswords = pulumi.secret(
      joined(each(peers, (peer) => unlessFailed(peer.adminPassword, ""))),
    );
    this.hostKeys = joined(each(peers, (peer) => unlessFailed(peer.hostKey, "")));
    const exported = [...people].flatMap(([key, person]) =>
      person.exported ? [[key, person.exported] as const] : [],
    );
    this.exportedIdentities = pulumi.secret(joined(Object.fromEntries(exported)));
    this.proof = unlessFailed<{ [key: string]: ProofReport }>(proof.reports, {});
    this.registerOutputs({
      resourceGroupName: this.resourceGroupName,
      machines: this.machines,
      people: this.people,
      adminUsername: this.adminUsername,
      adminPasswords: this.adminPasswords,
      hostKeys: this.hostKeys,
      exportedIdentities: this.exportedIdentities,
      proof: this.proof,
    });
  }
}

/**
 * The arguments as the state keeps them. Not the token of the proof, which is for one update: that it is gone in the next one is no
 * change of the lab.
 */
function withoutToken(args: PeerLabArgs): PeerLabArgs {
  if (args?.proof?.token === undefined) return args;
  const { proof, ...others } = args;
  const kept = { ...proof, token: undefined };
  return Object.values(kept).every((value) => value === undefined)
    ? others
    : { ...others, proof: kept };
}

type Parent = { parent: pulumi.Resource };
type Shared = Required<Pick<WindowsPeerArgs, "resourceGroupName">> &
  Pick<WindowsPeerArgs, "location" | "tags">;

function resourceGroup(
  name: string,
  args: PeerLabArgs,
  parent: Parent,
): { name: pulumi.Output<string>; location: pulumi.Input<string> } {
  const { resourceGroupName, location, tags } = args;
  if (resourceGroupName === undefined) {
    const made = new resources.ResourceGroup(name, { location, tags }, lean(parent));
    return { name: made.name, location: made.location };
  }
  const found = resources.getResourceGroupOutput({ resourceGroupName }, parent);
  return { name: found.name, location: location ?? found.location };
}

function subnetOf(
  name: string,
  { existing }: PeerLabArgs,
  { machines }: LabPlan,
  network: PeerNetwork,
): pulumi.Output<string> {
  return existing?.subnetName === undefined
    ? network.subnetId
    : existingSubnetWithRoom(`PeerLab ${name}`, network, machines.length);
}

function windowsPeer(
  name: string,
  args: PeerLabArgs,
  shared: Shared & Pick<WindowsPeerArgs, "subnetId">,
  { network, seed, rings }: { network: PeerNetwork; seed: LabSeed; rings: LabRings },
  machine: LabMachinePlan,
  parent: Parent,
): WindowsPeer {
  const { key, person, definition } = machine;
  return new WindowsPeer(
    `${name}-${key}`,
    {
      ...(definition as LabMachineArgs),
      ...shared,
      computerName: definition.computerName ?? key,
      networkSecurityGroupId: network.interfaceSecurityGroupId,
      networking: networkingWith(network, args.people[person].services),
      seed: seed.partOf(key),
      adminUsername: args.adminUsername,
      adminPassword: args.adminPassword,
      jumpHost: args.jumpHost,
      // One machine of each image proves it for the others, by a step that it has anyway.
      proveCapability: false,
      after: rings.before(machine),
    },
    parent,
  );
}

/** What is known of the steps of a machine. */
function partsOf(
  machines: ReadonlyMap<string, LabMachinePlan>,
  people: ReadonlyMap<string, LabPersonParts>,
  key: string,
): MachineParts<OwnReport> {
  const { person } = machines.get(key) as LabMachinePlan;
  return (people.get(person) as LabPersonParts).machines[key];
}

function each<T, R>(map: Map<string, T>, of: (value: T) => R): Record<string, R> {
  return Object.fromEntries([...map].map(([key, value]) => [key, of(value)]));
}
