import { wrong, type Arguments, type Mistake } from "./damage";

// What is wrong with a network, wherever its arguments stand.

const noAddresses = [
  "*",
  "Internet",
  "VirtualNetwork",
  "10.0.0.256",
  "10.1",
  "fe80::1%eth0",
  "a",
  "10.0.0.0/33",
  "::/129",
  "1:2:3",
];
const everybody = [
  "0.0.0.0",
  "::",
  "0.0.0.0/0",
  "::/0",
  "128.0.0.0/1",
  "10.0.0.0/7",
  "2000::/3",
  "2000::/15",
];

const withHostBits = ["10.0.0.5/24", "203.0.113.7/31", "2001:db8::5/32"];
const nobody = ["127.0.0.1", "169.254.1.0/24", "224.0.0.1", "::1", "fe80::1", "ff02::1"];
const withZeros = ["10.0.0.0/08", "203.0.113.7/032", "2001:db8::/032"];

/** Without what exists, so that the ranges are the network's own. */
export function ownNetwork(args: Arguments): void {
  for (const key of ["existing", "ipv4Space", "ipv6Space", "ipv4Subnet", "ipv6Subnet"])
    delete args[key];
  for (const key of ["peerSources", "outbound"]) delete args[key];
  withoutExternalSeeds(args);
}

/** Without seeds outside of the lab, which are in ranges of `peerSources`: the lab's own seeds are as they are by default. */
export function withoutExternalSeeds(args: Arguments): void {
  for (const key of ["seeds", "externalSeeds"]) delete args[key];
}

/** A wrong range in a network of its own. */
const range = (
  key: string,
  values: readonly string[],
  others: Arguments = {},
  more: Partial<Mistake> = {},
) =>
  wrong([key], values, more).map((mistake) => ({
    ...mistake,
    apply(args: Arguments) {
      ownNetwork(args);
      Object.assign(args, others);
      mistake.apply(args);
    },
  }));

/** A wrong port in a list of its own. */
const port = (value: object, key: string): Mistake => ({
  name: `a port ${JSON.stringify(value)}`,
  apply: (args) => void (args.graphPorts = [{ port: 5001, name: "first" }, value]),
  path: ["graphPorts", 1, key],
});

/** An existing part that is named wrongly. */
const existing = (value: Arguments, key: string, more: Arguments = {}): Mistake => ({
  name: `existing is ${JSON.stringify(value)}`.slice(0, 60),
  apply(args) {
    ownNetwork(args);
    // A lab that makes its own group has nothing in it.
    Object.assign(args, { existing: value, resourceGroupName: "lab", ...more });
  },
  path: key.split("."),
});

const freeRanges = { ipv4Subnet: "10.9.0.0/24", ipv6Subnet: "fd12:9::/64" };

export const networkMistakes: readonly Mistake[] = [
  ...wrong(["adminSources"], [[]]),
  ...wrong(["adminSources"], [undefined]),
  ...[...noAddresses, ...everybody, ...withHostBits, ...nobody, ...withZeros].flatMap((source) => [
    ...wrong(["adminSources"], [["203.0.113.7", source]], { path: ["adminSources", 1] }),
    ...wrong(["peerSources"], [[source]], { path: ["peerSources", 0] }),
  ]),
  {
    name: "a peer that is in the network itself",
    apply(args) {
      ownNetwork(args);
      args.peerSources = ["10.81.0.0/16", "10.80.7.0/24"];
    },
    path: ["peerSources", 1],
  },
  {
    name: "more than 4,000 sources",
    apply(args) {
      args.graphPorts = [];
      args.adminSources = Array.from(
        { length: 4001 },
        (_, index) => `10.255.${index >> 8}.${index & 255}`,
      );
    },
    path: ["adminSources"],
  },
  port({ port: 0 }, "port"),
  port({ port: -1 }, "port"),
  port({ port: 65536 }, "port"),
  port({ port: 443.5 }, "port"),
  port({}, "port"),
  port({ port: 22 }, "port"),
  port({ port: 3389, protocol: "TCP" }, "port"),
  port({ port: 3587 }, "port"),
  port({ port: 3540, protocol: "UDP" }, "port"),
  port({ port: 5001 }, "port"),
  port({ port: 5002, protocol: "SCTP" }, "protocol"),
  port({ port: 5002, protocol: "tcp" }, "protocol"),
  port({ port: 5002, name: "" }, "name"),
  port({ port: 5002, name: "9to5" }, "name"),
  port({ port: 5002, name: "with space" }, "name"),
  port({ port: 5002, name: "x".repeat(41) }, "name"),
  port({ port: 5002, name: "FIRST" }, "name"),
  port({ port: 5002, name: "Grouping" }, "name"),
  port({ port: 5002, name: "pnrp" }, "name"),
  {
    name: "451 ports",
    apply: (args) =>
      void (args.graphPorts = Array.from({ length: 451 }, (_, index) => ({ port: 5000 + index }))),
    path: ["graphPorts"],
  },
  ...range("ipv4Space", [
    "10.80.0.0",
    "10.80.0.0/33",
    "10.80.0.1/16",
    "10.80.0.0/016",
    "10.80/16",
    "fd12::/48",
    "",
    "ten",
  ]),
  ...range("ipv4Space", [
    "224.0.0.0/16",
    "127.0.0.0/16",
    "169.254.0.0/16",
    "168.63.0.0/16",
    "0.0.0.0/16",
    "240.0.0.0/16",
  ]),
  ...range("ipv4Space", ["10.80.0.0/30", "10.80.0.0/32"]),
  ...range("ipv6Space", [
    "fd00::/40",
    "10.80.0.0/16",
    "fd12::1/48",
    "fd12::/048",
    "fd12:::/48",
    "fe80::/64",
    "ff02::/48",
    "2001:0:1::/48",
    "2002:1::/48",
  ]),
  ...range(
    "ipv6Space",
    ["fd12::/65", "fd12::/128", "::ffff:10.0.0.0/112"],
    {},
    {
      also: ["ipv6Subnet"],
    },
  ),
  ...range("ipv4Subnet", [
    "10.80.0.0/30",
    "10.80.0.0/15",
    "10.81.0.0/24",
    "10.80.0.1/24",
    "10.80.0.0",
    "10.0.0.0/7",
  ]),
  ...range("ipv6Subnet", [
    "fd5a:9c2e:71b0::/65",
    "fd5a:9c2e:71b0::/63",
    "fd5a:9c2e:71b1::/64",
    "fd5a:9c2e:71b0::1/64",
    "10.80.0.0/24",
  ]),
  ...wrong(["outbound"], ["internet", "Instance", "nat"]),
  ...range("outbound", ["existing"]),
  existing({ subnetName: "peers" }, "existing.virtualNetworkName"),
  ...[99, 3001, 100.5, -1].map((firstPriority) =>
    existing({ networkSecurityGroupName: "theirs", firstPriority }, "existing.firstPriority"),
  ),
  existing({ virtualNetworkName: "net", subnetName: "peers" }, "outbound", {
    outbound: "natGateway",
  }),
  ...["ipv4Space", "ipv6Space", "ipv4Subnet", "ipv6Subnet"].map((key) =>
    existing({ virtualNetworkName: "net", subnetName: "peers" }, key, {
      [key]: key.startsWith("ipv4") ? "10.9.0.0/24" : "fd12:9::/64",
    }),
  ),
  ...["ipv4Space", "ipv6Space"].map((key) =>
    existing({ virtualNetworkName: "net" }, key, {
      ...freeRanges,
      [key]: key.startsWith("ipv4") ? "10.9.0.0/16" : "fd12:9::/48",
    }),
  ),
  existing({ virtualNetworkName: "net" }, "ipv4Subnet", { ipv6Subnet: freeRanges.ipv6Subnet }),
  existing({ virtualNetworkName: "net" }, "ipv6Subnet", { ipv4Subnet: freeRanges.ipv4Subnet }),
  ...["n", "net-", "my net", "ä-net", "x".repeat(65)].map((name) =>
    existing({ virtualNetworkName: name }, "existing.virtualNetworkName", freeRanges),
  ),
  ...["peers.", "my peers", "x".repeat(81)].map((name) =>
    existing({ virtualNetworkName: "net", subnetName: name }, "existing.subnetName"),
  ),
  ...["theirs-", "a/b", "x".repeat(81)].map((name) =>
    existing({ networkSecurityGroupName: name }, "existing.networkSecurityGroupName"),
  ),
  existing(
    { resourceGroupName: "theirs.", virtualNetworkName: "net" },
    "existing.resourceGroupName",
    freeRanges,
  ),
];

/** What is wrong with where resources are made and what they are tagged with. */
export const placementMistakes: readonly Mistake[] = [
  ...wrong(["resourceGroupName"], ["", "group.", "my group", "a/b", "x".repeat(91)]),
  ...wrong(["location"], ["", "west-europe", "west_europe", "1west", " westeurope"]),
  {
    name: "51 tags",
    apply: (args) =>
      void (args.tags = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`t${at}`, ""]))),
    path: ["tags"],
  },
  ...["", " ", "a<b", "a>b", "50%", "a&b", "back\\slash", "why?", "a/b", "x".repeat(513)].map(
    (name): Mistake => ({
      name: `the tag ${JSON.stringify(name)}`.slice(0, 60),
      apply: (args) => void (args.tags = { purpose: "lab", [name]: "" }),
      path: ["tags", name],
    }),
  ),
  {
    name: "two tags that differ in case",
    apply: (args) => void (args.tags = { purpose: "lab", Purpose: "lab" }),
    path: ["tags", "Purpose"],
  },
  {
    name: "a tag's value of 257 characters",
    apply: (args) => void (args.tags = { purpose: "x".repeat(257) }),
    path: ["tags", "purpose"],
  },
];
