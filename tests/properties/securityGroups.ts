import * as fc from "fast-check";

/**
 * Random security groups and packets, with values chosen to collide: few prefixes that lie in each other, ports at the edges of
 * ranges, words in odd case.
 *
 * Both readers take all of it, with these limits of the stand-in: it plays no source ports but Windows' ephemeral ones, so that a
 * range holds all of those or none; it plays TCP and UDP alone; and to it every private address that a packet comes from is
 * connected to the network (`virtualNetwork` holds them all). Tags of Azure's services are unknown to both.
 */

/** A rule as azure-native takes it. */
export interface DeclaredRule {
  name: string;
  priority: number;
  direction: string;
  access: string;
  protocol: string;
  sourceAddressPrefix?: string;
  sourceAddressPrefixes?: string[];
  sourcePortRange?: string;
  sourcePortRanges?: string[];
  destinationAddressPrefix?: string;
  destinationAddressPrefixes?: string[];
  destinationPortRange?: string;
  destinationPortRanges?: string[];
}

export interface DrawnPacket {
  direction: "Inbound" | "Outbound";
  protocol: "TCP" | "UDP";
  source: string;
  sourcePort: number;
  destination: string;
  destinationPort: number;
}

/** The network's own space, and with it all that is connected privately. */
export const space = ["10.80.0.0/16", "fd00:80::/48", "9.9.0.0/16"];
export const virtualNetwork = [
  ...space,
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "fc00::/7",
  "fe80::/10",
];

const ranges = [
  "0.0.0.0/0",
  "0.0.0.0/1",
  "10.80.0.0/16",
  "10.80.0.0/24",
  "10.80.0.9/24",
  "10.80.0.4",
  "10.80.0.4/31",
  "10.80.0.4/32",
  "9.9.9.9",
  "203.0.113.0/24",
  "168.63.129.16",
  "::/0",
  "2000::/3",
  "fd00:80::/48",
  "FD00:0080::/64",
  "fd00:80:0:0::4",
  "fd00:80::4/127",
  "2001:DB8::/32",
];
const tags = [
  "*",
  "*",
  "*",
  "Any",
  "VirtualNetwork",
  "vIRTUALnETWORK",
  "Internet",
  "INTERNET",
  "AzureLoadBalancer",
  "Storage",
];
const addresses = {
  IPv4: ["10.80.0.4", "10.80.0.5", "10.80.0.6", "10.80.1.9", "10.9.0.1", "9.9.9.9"].concat([
    "203.0.113.7",
    "198.51.100.1",
    "168.63.129.16",
  ]),
  IPv6: ["fd00:80::4", "fd00:80::5", "fd00:80::6", "fd00:80:0:1::9", "fd00:81::1"].concat([
    "2001:db8::7",
    "2a00::1",
    "fe80::1",
  ]),
};
const ports = ["*", "*", "22", "3587", "3540-3587", "3588", "0-65535", "0", "3587-65535", "0-3586"];
const sourcePorts = ["*", "*", "*", "0-65535", "1024-65535", "49152-65535", "22", "0-49151"];

/** A field in its singular form, or one to three values in the plural one. */
function either(field: string, plural: string, one: readonly string[], many: readonly string[]) {
  return fc.oneof(
    fc.constantFrom(...one).map((value) => ({ [field]: value })),
    fc
      .tuple(
        ...([0, 1, 2] as const).map(() => fc.constantFrom(...many)),
        fc.integer({ min: 1, max: 3 }),
      )
      .map((drawn) => ({ [plural]: drawn.slice(0, drawn[3] as number) })),
  );
}

const rule = fc
  .tuple(
    fc.constantFrom("Inbound", "Inbound", "inbound", "Outbound"),
    fc.constantFrom("Allow", "Deny", "allow", "DENY"),
    fc.constantFrom("*", "Tcp", "TCP", "udp", "Udp", "Icmp", "Esp"),
    either("sourceAddressPrefix", "sourceAddressPrefixes", [...tags, ...ranges], ranges),
    either("destinationAddressPrefix", "destinationAddressPrefixes", [...tags, ...ranges], ranges),
    either("sourcePortRange", "sourcePortRanges", sourcePorts, sourcePorts),
    either("destinationPortRange", "destinationPortRanges", ports, ports),
  )
  .map(([direction, access, protocol, ...fields]) => ({
    direction,
    access,
    protocol,
    ...Object.assign({}, ...fields),
  }));

/** 0 to 12 rules, their priorities in any order. */
export const ruleSets: fc.Arbitrary<DeclaredRule[]> = fc
  .tuple(fc.array(rule, { maxLength: 12, size: "max" }), fc.integer({ min: 1, max: 96 }))
  .map(([rules, step]) =>
    // 97 is a prime: no two of them are one.
    rules.map((fields, index) => ({
      ...fields,
      name: `rule-${index}`,
      priority: 100 + (((index + 1) * step) % 97),
    })),
  );

export const packets: fc.Arbitrary<DrawnPacket> = fc
  .constantFrom(...(["IPv4", "IPv6"] as const))
  .chain((family) =>
    fc.record({
      direction: fc.constantFrom("Inbound", "Inbound", "Outbound"),
      protocol: fc.constantFrom("TCP", "TCP", "UDP"),
      source: fc.constantFrom(...addresses[family]),
      sourcePort: fc.integer({ min: 49152, max: 65535 }),
      destination: fc.constantFrom(...addresses[family]),
      destinationPort: fc.constantFrom(3587, 3587, 3540, 22, 0, 3586, 3588, 65535),
    }),
  );
