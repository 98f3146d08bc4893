import * as pulumi from "@pulumi/pulumi";
import * as network from "@pulumi/azure-native/network";
import { existingNetwork, existingSubnet } from "./existingNetwork";
import { refuse, refuseLate } from "./inputErrors";
import { securityGroup } from "./networkSecurityGroup";
import type { GuestFirewallRule, GuestNetworking } from "./peerMachine";
import { fitted, judgedTags, plainPlacement } from "./plainValues";
import { peerNetworkShape } from "./plan/argumentShapes";
import { checkComponentName, networkNames } from "./plan/componentNames";
import { checkNetwork, planNetwork, type NetworkPlan } from "./plan/network";
import { checkPlacement } from "./plan/placement";
import { rangesKept } from "./plan/rules/addressRanges";
import { besides } from "./plan/shape";
import { lean, type Lean } from "./leanResource";

/** How machines reach the internet. */
export const Outbound = {
  /** Each machine over a public IPv4 address of its own. */
  Instance: "instance",
  /** All machines over one NAT gateway, attached when the subnet is made. */
  NatGateway: "natGateway",
  /** By what the existing subnet already has. */
  Existing: "existing",
  /** Not at all: only for images that bring an SSH server. */
  None: "none",
} as const;
export type Outbound = (typeof Outbound)[keyof typeof Outbound];

/** Protocol of a port. */
export const PortProtocol = { TCP: "TCP", UDP: "UDP" } as const;
export type PortProtocol = (typeof PortProtocol)[keyof typeof PortProtocol];

/** A port of an application of the lab, opened between its machines. */
export interface GraphPortArgs {
  /** Name for the rules: a letter, then up to 39 letters, digits and hyphens. `Graph-<port>` by default. */
  name?: string;
  /** 1 to 65535; not 22, 3389 or 3587 (TCP), not 3540 (UDP). */
  port: number;
  /** `TCP` by default, which is what Graphing applications listen on. */
  protocol?: PortProtocol;
}

/** Parts of a network that exist already and are used as they are. */
export interface ExistingNetworkArgs {
  /** Resource group of the existing parts. The component's own by default. */
  resourceGroupName?: pulumi.Input<string>;
  /** The virtual network. With it alone, a new subnet is made in it from `ipv4Subnet` and `ipv6Subnet`. */
  virtualNetworkName?: string;
  /** The subnet; it must have an IPv4 range and an IPv6 /64. Its own security group and outbound access stay as they are. */
  subnetName?: string;
  /**
   * A security group that the rules are added to; nothing is denied in it, whatever `isolate` says. It takes the rules of one
   * network: another one of the program is refused. One of another stack is not seen: rules of the same names count as this
   * network's own, and Azure refuses to create them a second time.
   */
  networkSecurityGroupName?: string;
  /** First of the up to 1,000 priorities used in an existing security group. 100 by default, 3000 at most. */
  firstPriority?: number;
}

/** An inbound rule of the network's security group. */
export interface NetworkRule {
  /** Its name, once in the group. */
  name: string;
  /** What it is there for. */
  description: string;
  /** 100 to 4096, once in the group; the lowest one decides. */
  priority: number;
  /** `Allow` or `Deny`. */
  access: string;
  /** `Tcp`, `Udp` or `*`. */
  protocol: string;
  /** Ranges of one address family. */
  sourceAddressPrefixes?: string[];
  /** A service tag, in place of ranges. */
  sourceServiceTag?: string;
  /** Ranges of one address family. Everything by default. */
  destinationAddressPrefixes?: string[];
  /** A port, or `*`. */
  destinationPortRange: string;
}

export interface PeerNetworkArgs {
  /** Resource group that everything is made in. */
  resourceGroupName: pulumi.Input<string>;
  /** Azure region. The resource group's, or the provider's, by default. */
  location?: pulumi.Input<string>;
  /** Tags of every resource. */
  tags?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /**
   * Who administers: addresses or ranges of both families, never everybody. SSH, and RDP where asked for, are open to them
   * and to the jump host only.
   */
  adminSources: string[];
  /** Address the machines see the jump host under; it is let in on TCP 22, also under `isolate`. */
  jumpHostAddress?: string;
  /** Ranges of networks peered with this one whose machines are peers too. */
  peerSources?: string[];
  /** Ports of the applications, in the security group and in each machine's Windows Firewall; 450 at most. None by default. */
  graphPorts?: GraphPortArgs[];
  /**
   * TCP ports of services that only some of the machines have: opened in the security group, in the Windows Firewall of a machine
   * where its `networking` has the rules of `serviceFirewallRules`, too; 450 at most with `graphPorts`. None by default.
   */
  servicePorts?: number[];
  /** Opens RDP (TCP 3389) to `adminSources`. False by default. */
  rdp?: boolean;
  /** Denies everything else from the rest of the virtual network and its peerings. True by default. */
  isolate?: boolean;
  /** How machines reach the internet. `natGateway` where the jump host's own address is given, `existing` in an existing subnet, else `instance`. */
  outbound?: Outbound;
  /** IPv4 range of the virtual network. 10.80.0.0/16 by default. */
  ipv4Space?: string;
  /** IPv6 range of the virtual network, /48 to /64. fd5a:9c2e:71b0::/48 by default; networks to be peered need their own. */
  ipv6Space?: string;
  /** IPv4 range of the subnet, /8 to /29. The first /24 of the space by default. */
  ipv4Subnet?: string;
  /** IPv6 range of the subnet, exactly a /64. The first of the space by default. */
  ipv6Subnet?: string;
  /** Uses what exists already instead of making it. */
  existing?: ExistingNetworkArgs;
  /**
   * The rules that were wanted before, `wantedRules` of an earlier update: then this one closes nothing. They stay beside the wanted
   * ones, and a deny rule that is new waits; once these are the wanted rules themselves, the group has exactly those. None by
   * default, or an empty list: the group has the wanted rules at once. An existing security group gets them at once, too.
   */
  rulesBefore?: pulumi.Input<NetworkRule[]>;
}

/**
 * A dual-stack network for Windows peers: virtual network, subnet with a /64, and a security group that opens the peer
 * infrastructure's ports (TCP 3587, UDP 3540) and the applications' own between the machines, and SSH to the administrators.
 * Each opening is one rule per address family, because Azure refuses a rule that mixes them.
 *
 * Throws an `InputPropertiesError` that holds every mistake in the arguments.
 */
export class PeerNetwork extends pulumi.ComponentResource {
  /** ARM id of the virtual network. */
  public readonly virtualNetworkId: pulumi.Output<string>;
  /** ARM id of the subnet. */
  public readonly subnetId: pulumi.Output<string>;
  /** Ranges of the subnet, IPv4 and IPv6. */
  public readonly subnetRanges: pulumi.Output<string[]>;
  /** ARM id of the security group. */
  public readonly networkSecurityGroupId: pulumi.Output<string>;
  /**
   * ARM id of the security group where the interfaces have to name it, because the subnet is an existing one whose own group
   * stays as it is; empty where the subnet carries the group.
   */
  public readonly interfaceSecurityGroupId: pulumi.Output<string>;
  /** The same openings for each machine's Windows Firewall: `WindowsPeer` takes it as `networking`. */
  public readonly guestNetworking: pulumi.Output<GuestNetworking>;
  /** What the machines that have a service let in besides, by its port; ports of `graphPorts` are let in by all of them. */
  public readonly serviceFirewallRules: pulumi.Output<{ [port: string]: GuestFirewallRule[] }>;
  /** The rules of the security group as they are wanted, without what stays of `rulesBefore`. */
  public readonly wantedRules: pulumi.Output<NetworkRule[]>;
  /** How machines reach the internet. */
  public readonly outbound: pulumi.Output<string>;

  constructor(name: string, args: PeerNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    // What was before is no part of what this network is: the update after one that changed something would change it again.
    super("peerlab:index:PeerNetwork", name, { ...args, rulesBefore: undefined }, opts);
    const shaped = fitted(args, peerNetworkShape);
    args = shaped.args;
    const ofContent = [
      ...checkComponentName("name", name, networkNames(args.existing)),
      ...checkPlacement("", plainPlacement(args)),
      ...checkNetwork("", args),
    ];
    refuse(`PeerNetwork ${name}`, [...shaped.findings, ...besides(shaped.findings, ofContent)], {
      resource: this,
      options: opts,
    });
    args = { ...args, tags: judgedTags(`PeerNetwork ${name}`, args.tags) };
    const plan = planNetwork(args);
    const parent = { parent: this };

    if (plan.subnet.length > 0) refuseOtherRanges(name, plan, parent);
    const adopted =
      args.existing?.subnetName === undefined ? undefined : existingSubnet(name, args, parent);
    const ranges = adopted?.ranges ?? pulumi.output(plan.subnet);
    const rules = ranges.apply((subnet) => plan.rules(subnet));
    const group = securityGroup(name, args, plan, adopted !== undefined, ranges, rules, parent);
    const created = adopted ?? createSubnet(name, args, plan, group, parent);

    this.virtualNetworkId = created.virtualNetworkId;
    this.subnetId = created.subnetId;
    this.subnetRanges = ranges;
    this.networkSecurityGroupId = group;
    this.interfaceSecurityGroupId = adopted ? group : pulumi.output("");
    this.guestNetworking = rules.apply(({ firewall }) => ({ firewallRules: firewall }));
    this.serviceFirewallRules = rules.apply(({ ofServices }) => ofServices);
    this.wantedRules = rules.apply(({ security }) => security);
    this.outbound = pulumi.output(plan.outbound);
    this.registerOutputs({
      virtualNetworkId: this.virtualNetworkId,
      subnetId: this.subnetId,
      subnetRanges: this.subnetRanges,
      networkSecurityGroupId: this.networkSecurityGroupId,
      interfaceSecurityGroupId: this.interfaceSecurityGroupId,
      guestNetworking: this.guestNetworking,
      serviceFirewallRules: this.serviceFirewallRules,
      wantedRules: this.wantedRules,
      outbound: this.outbound,
    });
  }
}

/** Azure changes no range that a machine is in, and says so in the middle of an update. */
function refuseOtherRanges(name: string, plan: NetworkPlan, parent: Parent): void {
  const wanted = [...plan.space, ...plan.subnet].join(", ");
  const made = new pulumi.Stash(
    `${name}-ranges`,
    { input: wanted },
    { ...parent, ignoreChanges: ["input"] },
  );
  made.output.apply((ranges) => {
    refuseLate(
      `PeerNetwork ${name}`,
      rangesKept("ipv4Space, ipv6Space, ipv4Subnet, ipv6Subnet", wanted, String(ranges)),
    );
  });
}

interface SubnetParts {
  virtualNetworkId: pulumi.Output<string>;
  subnetId: pulumi.Output<string>;
}

type Parent = { parent: pulumi.Resource };

function createSubnet(
  name: string,
  args: PeerNetworkArgs,
  plan: NetworkPlan,
  group: pulumi.Output<string>,
  parent: Parent,
): SubnetParts {
  const { location, tags, existing } = args;
  const gateway = plan.outbound === "natGateway" ? natGateway(name, args, parent) : undefined;
  const subnetArgs = {
    addressPrefixes: plan.subnet,
    networkSecurityGroup: { id: group },
    natGateway: gateway && { id: gateway.id },
    // Said once and for all: Azure takes it at creation only, and new networks lose the implicit access.
    defaultOutboundAccess: false,
  };
  if (existing?.virtualNetworkName !== undefined) {
    const resourceGroupName = existing.resourceGroupName ?? args.resourceGroupName;
    const virtualNetworkName = existing.virtualNetworkName;
    const found = existingNetwork(name, args, virtualNetworkName, plan.subnet, parent);
    const subnet = new network.Subnet(
      `${name}-subnet`,
      {
        resourceGroupName,
        virtualNetworkName,
        ...subnetArgs,
        addressPrefixes: found.ranges,
      },
      lean(parent),
    );
    return { virtualNetworkId: found.virtualNetworkId, subnetId: subnet.id };
  }
  const virtualNetwork = new network.VirtualNetwork(
    `${name}-network`,
    {
      resourceGroupName: args.resourceGroupName,
      location,
      tags,
      addressSpace: { addressPrefixes: plan.space },
    },
    // The subnet is a resource of its own; a network read back lists it too.
    lean({ ...parent, ignoreChanges: ["subnets"] }),
  );
  const subnet = new network.Subnet(
    `${name}-subnet`,
    {
      resourceGroupName: args.resourceGroupName,
      virtualNetworkName: virtualNetwork.name,
      ...subnetArgs,
    },
    lean(parent),
  );
  return { virtualNetworkId: virtualNetwork.id, subnetId: subnet.id };
}

function natGateway(name: string, args: PeerNetworkArgs, parent: Parent): Lean<network.NatGateway> {
  const { resourceGroupName, location, tags } = args;
  const address = new network.PublicIPAddress(
    `${name}-outbound`,
    {
      resourceGroupName,
      location,
      tags,
      publicIPAddressVersion: network.IPVersion.IPv4,
      publicIPAllocationMethod: network.IPAllocationMethod.Static,
      sku: { name: network.PublicIPAddressSkuName.Standard },
    },
    lean(parent),
  );
  return new network.NatGateway(
    `${name}-outbound`,
    {
      resourceGroupName,
      location,
      tags,
      sku: { name: network.NatGatewaySkuName.Standard },
      publicIpAddresses: [{ id: address.id }],
    },
    // Azure moves nothing to another region, and azure-native plans an update.
    lean({ ...parent, replaceOnChanges: ["location"] }),
  );
}
