/** The network: both address families, what may come in, and the name by which machines find the cloud of peers. */
import * as crypto from "node:crypto";
import * as network from "@pulumi/azure-native/network";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as resources from "@pulumi/azure-native/resources";
import { adminSources, kept } from "./settings";

const space = ["10.80.0.0/16", "fd5a:9c2e:71b0::/48"];
const ranges = ["10.80.0.0/24", "fd5a:9c2e:71b0::/64"];
// The jump host is in one of them.
const administrators = adminSources.map((source) =>
  source.includes("/") ? source : `${source}/32`,
);

interface Opening {
  name: string;
  protocol: "TCP" | "UDP";
  port: number;
  what: string;
  family: "IPv4" | "IPv6";
  from: string[];
  to: string;
}

/** Azure takes no rule for both address families. */
const amongPeers = (opening: Pick<Opening, "name" | "protocol" | "port" | "what">): Opening[] => [
  { ...opening, family: "IPv4", from: [ranges[0]], to: ranges[0] },
  { ...opening, family: "IPv6", from: [ranges[1]], to: ranges[1] },
];

/** What is open, in the network and on each machine. */
export const openings: Opening[] = [
  ...amongPeers({
    name: "Grouping",
    protocol: "TCP",
    port: 3587,
    what: "Windows peer-to-peer grouping",
  }),
  ...amongPeers({
    name: "PNRP",
    protocol: "UDP",
    port: 3540,
    what: "Peer Name Resolution Protocol",
  }),
  {
    name: "SSH",
    protocol: "TCP",
    port: 22,
    what: "Administrators over SSH",
    family: "IPv4",
    from: administrators,
    to: ranges[0],
  },
];

kept("lab-ranges", [...space, ...ranges].join(", "));
const group = new resources.ResourceGroup("lab");
export const resourceGroupName = group.name;
const security = new network.NetworkSecurityGroup("lab-security", {
  resourceGroupName,
  securityRules: [
    ...openings.map(({ name, protocol, port, what, family, from, to }, index) => ({
      name: `Allow-${name}-${protocol}-${port}-${family}`,
      description: `${what}, ${family}`,
      priority: 100 + index,
      direction: "Inbound",
      access: "Allow",
      protocol: protocol === "TCP" ? "Tcp" : "Udp",
      sourceAddressPrefixes: from,
      sourcePortRange: "*",
      destinationAddressPrefixes: [to],
      destinationPortRange: String(port),
    })),
    {
      name: "Deny-VirtualNetwork",
      description: "Nothing else from the rest of the virtual network and its peerings",
      priority: 4096,
      direction: "Inbound",
      access: "Deny",
      protocol: "*",
      sourceAddressPrefix: "VirtualNetwork",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
    },
  ],
});
const outboundAddress = new network.PublicIPAddress("lab-outbound", {
  resourceGroupName,
  publicIPAddressVersion: "IPv4",
  publicIPAllocationMethod: "Static",
  sku: { name: "Standard" },
});
const outbound = new network.NatGateway("lab-outbound", {
  resourceGroupName,
  sku: { name: "Standard" },
  publicIpAddresses: [{ id: outboundAddress.id }],
});
const virtualNetwork = new network.VirtualNetwork(
  "lab-network",
  { resourceGroupName, addressSpace: { addressPrefixes: space } },
  { ignoreChanges: ["subnets"] },
);
export const subnet = new network.Subnet("lab-subnet", {
  resourceGroupName,
  virtualNetworkName: virtualNetwork.name,
  addressPrefixes: ranges,
  networkSecurityGroup: { id: security.id },
  natGateway: { id: outbound.id },
  defaultOutboundAccess: false,
});

export const zoneName = kept(
  "lab-seed-zone",
  `lab-${crypto.randomBytes(4).toString("hex")}.peerlab.internal`,
).output.apply(String);
export const zone = new privatedns.PrivateZone("lab-seed", {
  resourceGroupName,
  privateZoneName: zoneName,
  location: "global",
});
new privatedns.VirtualNetworkLink("lab-seed", {
  resourceGroupName,
  privateZoneName: zone.name,
  location: "global",
  registrationEnabled: false,
  virtualNetwork: { id: virtualNetwork.id },
});
