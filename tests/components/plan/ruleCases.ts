import { PeerGroupRole } from "../../../components";
import type {
  PeerLabArgs,
  PeerMachine,
  PeerNetworkArgs,
  PeerProofArgs,
  PeerPresenceArgs,
  PersonalPeerGroupArgs,
  PersonArgs,
  RingArgs,
  ServiceArgs,
  SharedPeerIdentityArgs,
  WindowsPeerArgs,
} from "../../../components";

/** A definition that a component refuses, or warns of, by one rule and for nothing else. */
export type RuleCase = {
  /** Id of the rule. */
  rule: string;
  /** Where the finding stands. */
  path: string;
  /** The component's name; another one than usual where that is what is wrong. */
  name?: string;
  /** What is said and not refused. */
  warns?: true;
} & (
  | { component: "PeerLab"; args: PeerLabArgs }
  | { component: "PeerNetwork"; args: PeerNetworkArgs }
  | { component: "WindowsPeer"; args: WindowsPeerArgs }
  | { component: "SharedPeerIdentity"; args: SharedPeerIdentityArgs }
  | { component: "PeerProof"; args: PeerProofArgs }
  | { component: "PeerPresence"; args: PeerPresenceArgs }
  | { component: "PersonalPeerGroup"; args: PersonalPeerGroupArgs }
);

/** Definitions in which nothing is wrong; each case changes one thing. */
export const goodLab: PeerLabArgs = {
  people: { ada: { machines: { "ada-1": {}, "ada-2": {} } } },
  adminSources: ["203.0.113.7"],
};
export const goodNetwork: PeerNetworkArgs = {
  resourceGroupName: "group",
  adminSources: ["203.0.113.7"],
};
export const goodMachine: WindowsPeerArgs = {
  resourceGroupName: "group",
  subnetId:
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/peers",
  networking: { firewallRules: [] },
};
export const goodIdentity: SharedPeerIdentityArgs = { machines: {} };
export const goodProof: PeerProofArgs = { machines: {} };
export const goodPresence: PeerPresenceArgs = {
  machines: {
    "ada-1": {
      connection: { host: "192.0.2.7", user: "labuser", password: "password" },
      instanceId: "instance",
    },
  },
};
export const goodGroup: PersonalPeerGroupArgs = { machines: {} };

const ofNetwork = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";
const authority = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute";

function lab(rule: string, path: string, change: Partial<PeerLabArgs>, name?: string): RuleCase {
  return { rule, path, component: "PeerLab", args: { ...goodLab, ...change }, name };
}

function network(
  rule: string,
  path: string,
  change: Partial<PeerNetworkArgs>,
  name?: string,
): RuleCase {
  return { rule, path, component: "PeerNetwork", args: { ...goodNetwork, ...change }, name };
}

function machine(
  rule: string,
  path: string,
  change: Partial<WindowsPeerArgs>,
  name?: string,
): RuleCase {
  return { rule, path, component: "WindowsPeer", args: { ...goodMachine, ...change }, name };
}

function identity(rule: string, path: string, change: Partial<SharedPeerIdentityArgs>): RuleCase {
  return { rule, path, component: "SharedPeerIdentity", args: { ...goodIdentity, ...change } };
}

function presence(rule: string, path: string, change: Partial<PeerPresenceArgs>): RuleCase {
  return { rule, path, component: "PeerPresence", args: { ...goodPresence, ...change } };
}

function group(rule: string, path: string, change: Partial<PersonalPeerGroupArgs>): RuleCase {
  return { rule, path, component: "PersonalPeerGroup", args: { ...goodGroup, ...change } };
}

const tags = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, "x"]));
const ports = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ port: 10000 + index }));
const sources = (count: number) =>
  Array.from({ length: count }, (_, index) => `172.${16 + (index >> 8)}.${index % 256}.0/24`);
const jumpHost = { host: "192.0.2.1", user: "jump", privateAddress: "10.255.0.4" };
const machines = (of: Record<string, object>) => ({ people: { ada: { machines: of } } });

const networkCases: RuleCase[] = [
  network("NAME-LENGTH", "name", {}, "n".repeat(49)),
  network("NAME-CHARACTERS", "name", {}, "my net"),
  network("NAME", "resourceGroupName", { resourceGroupName: "group." }),
  network("NAME", "existing.networkSecurityGroupName", {
    existing: { networkSecurityGroupName: "their group" },
  }),
  network("LOCATION", "location", { location: "west_europe" }),
  network("TAGS", "tags", { tags: tags(51) }),
  network("TAG-NAME", 'tags["a/b"]', { tags: { "a/b": "x" } }),
  network("TAG-VALUE", "tags.stage", { tags: { stage: "v".repeat(257) } }),
  { ...network("TAGS-RESERVED", "tags.azure", { tags: { azure: "x" } }), warns: true },
  network("VNET-CIDR", "ipv4Space", { ipv4Space: "10.80.0.0" }),
  network("VNET-CIDR", "ipv4Space", { ipv4Space: "10.80.0.0/016" }),
  network("VNET-CIDR", "ipv6Space", { ipv6Space: "fd00::/048" }),
  network("NSG-PREFIXES-NO-TAG", "adminSources[0]", { adminSources: ["10.0.0.0/08"] }),
  network("VNET-CIDR", "ipv6Space", { ipv6Space: "10.80.0.0/16" }),
  network("VNET-IPV6-LENGTH", "ipv6Space", { ipv6Space: "fd12::/65" }),
  network("VNET-CIDR-HOSTBITS", "ipv4Space", { ipv4Space: "10.80.0.1/16" }),
  network("VNET-RESERVED", "ipv4Space", { ipv4Space: "169.254.0.0/24" }),
  network("VNET-IPV4-UNICAST", "ipv4Space", { ipv4Space: "0.0.0.0/16" }),
  network("VNET-IPV6-UNICAST", "ipv6Space", { ipv6Space: "fe80::/48" }),
  network("VNET-IPV6-LENGTH", "ipv6Space", { ipv6Space: "fd00::/40" }),
  network("SUBNET-CIDR", "ipv4Subnet", { ipv4Subnet: "10.80.0.0/x" }),
  network("SUBNET-IPV6-64", "ipv6Subnet", { ipv6Subnet: "fd5a:9c2e:71b0::/65" }),
  network("SUBNET-IPV4-SIZE", "ipv4Subnet", { ipv4Subnet: "10.80.0.0/30" }),
  network("SUBNET-IN-VNET", "ipv4Subnet", { ipv4Subnet: "10.81.0.0/24" }),
  network("SUBNET-RANGE-MISSING", "ipv6Subnet", {
    ipv4Subnet: "10.9.0.0/24",
    existing: { virtualNetworkName: "theirs" },
  }),
  network("EXISTING-NETWORK-RANGES", "ipv4Space", {
    ipv4Space: "10.9.0.0/16",
    ipv4Subnet: "10.9.0.0/24",
    ipv6Subnet: "fd00:9::/64",
    existing: { virtualNetworkName: "theirs" },
  }),
  network("EXISTING-SUBNET-RANGES", "ipv4Subnet", {
    ipv4Subnet: "10.9.0.0/24",
    existing: { virtualNetworkName: "theirs", subnetName: "peers" },
  }),
  network("EXISTING-NETWORK-MISSING", "existing.virtualNetworkName", {
    existing: { subnetName: "peers" },
  }),
  network("NSG-PRIORITY-RANGE", "existing.firstPriority", {
    existing: { networkSecurityGroupName: "theirs", firstPriority: 99 },
  }),
  network("OUTBOUND-MODE", "outbound", { outbound: "bridge" as never }),
  network("OUTBOUND-NEW-SUBNET", "outbound", { outbound: "existing" }),
  network("OUTBOUND-EXISTING-SUBNET", "outbound", {
    outbound: "natGateway",
    existing: { virtualNetworkName: "theirs", subnetName: "peers" },
  }),
  network("ADMIN-SOURCES-MISSING", "adminSources", { adminSources: [] }),
  network("NSG-PREFIXES-NO-TAG", "adminSources[0]", { adminSources: ["Internet"] }),
  network("SOURCE-HOSTBITS", "adminSources[1]", { adminSources: ["10.0.0.0/24", "10.0.0.5/24"] }),
  network("SOURCE-HOSTBITS", "peerSources[0]", { peerSources: ["2001:db8::5/32"] }),
  ...["127.0.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255", "0.0.0.0/8"].map((source) =>
    network("SOURCE-UNICAST", "adminSources[0]", { adminSources: [source] }),
  ),
  ...["::1", "fe80::1", "ff02::1", "::ffff:10.0.0.1"].map((source) =>
    network("SOURCE-UNICAST", "adminSources[0]", { adminSources: [source] }),
  ),
  ...["0.0.0.0", "::"].map((source) =>
    network("SOURCE-EVERYONE", "adminSources[0]", { adminSources: [source] }),
  ),
  network("SOURCE-EVERYONE", "peerSources[0]", { peerSources: ["::/0"] }),
  network("PEER-OVERLAP", "peerSources[0]", { peerSources: ["10.80.3.0/24"] }),
  network("NSG-4000-ADDRESSES", "peerSources", {
    peerSources: sources(1400),
    graphPorts: ports(2),
  }),
  network("PORT-COUNT", "graphPorts", { graphPorts: ports(451) }),
  network("PORT-COUNT", "servicePorts", { graphPorts: ports(450), servicePorts: [5000] }),
  network("NSG-PORT-FORMAT", "servicePorts[0]", { servicePorts: [0] }),
  network("PORT-TAKEN", "servicePorts[1]", { servicePorts: [5000, 3587] }),
  network("NSG-PORT-FORMAT", "graphPorts[0].port", { graphPorts: [{ port: 65536 }] }),
  network("PORT-PROTOCOL", "graphPorts[0].protocol", {
    graphPorts: [{ port: 4000, protocol: "ICMP" as never }],
  }),
  network("PORT-TAKEN", "graphPorts[0].port", { graphPorts: [{ port: 3587 }] }),
  network("PORT-DUP", "graphPorts[1].port", { graphPorts: [{ port: 4000 }, { port: 4000 }] }),
  network("NSG-RULE-NAME", "graphPorts[0].name", { graphPorts: [{ port: 4000, name: "a b" }] }),
  network("NSG-RULE-NAME-DUP", "graphPorts[1].name", {
    graphPorts: [
      { port: 4000, name: "game" },
      { port: 4001, name: "Game" },
    ],
  }),
];

const machineCases: RuleCase[] = [
  machine("NAME-LENGTH", "name", { computerName: "pc-1" }, "n".repeat(54)),
  machine("NAME-CHARACTERS", "name", { computerName: "pc-1" }, "my pc"),
  machine("WIN-COMPUTERNAME", "computerName", { computerName: "sixteen-chars-12" }),
  machine("WIN-COMPUTERNAME-USER", "computerName", { computerName: "labuser" }),
  machine("ADMIN-FORMAT", "adminUsername", { adminUsername: "ada." }),
  machine("ADMIN-FORBIDDEN", "adminUsername", { adminUsername: "Admin" }),
  machine("PASSWORD-LENGTH", "adminPassword", { adminPassword: "Short-1" }),
  machine("PASSWORD-CLASSES", "adminPassword", { adminPassword: "onlylowercaseletters" }),
  machine("PASSWORD-CLASSES", "adminPassword", { adminPassword: "abc def ghi 12" }),
  machine("SUBNET-ID", "subnetId", { subnetId: "" }),
  machine("SUBNET-ID", "subnetId", { subnetId: `${ofNetwork}/networkSecurityGroups/g` }),
  machine("SECURITY-GROUP-ID", "networkSecurityGroupId", { networkSecurityGroupId: "x" }),
  machine("SECURITY-GROUP-ID", "networkSecurityGroupId", {
    networkSecurityGroupId: `${ofNetwork}/virtualNetworks/n/subnets/peers`,
  }),
  machine("PASSWORD-CHARACTERS", "adminPassword", { adminPassword: "Correct-Horse\t9" }),
  machine("PASSWORD-USERNAME", "adminPassword", { adminPassword: "Labuser-is-in-here-1!" }),
  machine("VM-SIZE", "size", { size: "D2s_v5" }),
  machine("VM-ONE-ZONE", "zone", { zone: "4" }),
  machine("OSDISK-SIZE", "osDisk.sizeGb", { osDisk: { sizeGb: 100 } }),
  machine("OSDISK-ULTRA", "osDisk.type", { osDisk: { type: "UltraSSD_LRS" as never } }),
  machine("SPOT-PRICE", "spot.maxPrice", { spot: { maxPrice: 0 } }),
  machine("SPOT-EVICTION", "spot.evictionPolicy", { spot: { evictionPolicy: "Stop" as never } }),
  machine("WIN-PATCHMODE", "patchMode", { patchMode: "ImageDefault" as never }),
  machine("VM-LICENSE", "licenseType", { licenseType: "RHEL_BYOS" }),
  machine("WIN-TIMEZONE", "timeZone", { timeZone: "Europe/Berlin" }),
  machine("OUTBOUND", "outbound", { outbound: "instance", jumpHost }),
  machine("MACHINE-UNREACHABLE", "publicIpv4", { publicIpv4: false }),
  { ...machine("PEER-PUBLIC-IPV6", "publicIpv6", { publicIpv6: true }), warns: true },
  machine("OPENSSH-MSI", "openSshMsi", { openSshMsi: "http://example.org/OpenSSH.msi" }),
  machine("WHEN-OFF", "whenOff", { whenOff: "wait" as never }),
  machine("ANSWER-TIMEOUT", "answerTimeoutSeconds", { answerTimeoutSeconds: 0 }),
  machine("SEED-ROLE", "seed.role", { seed: { role: "leader" as never, server: "seed.example" } }),
  machine("SEED-SERVER", "seed.server", { seed: { role: "peer", server: "one, two" } }),
  machine("JUMP-HOST-EMPTY", "jumpHost.user", { jumpHost: { ...jumpHost, user: "" } }),
  machine("JUMP-HOST-PORT", "jumpHost.port", { jumpHost: { ...jumpHost, port: 0 } }),
  machine("HOST-KEY", "jumpHost.hostKey", { jumpHost: { ...jumpHost, hostKey: "SHA256:abc" } }),
  machine("IMAGE-TWICE", "image", {
    image: "windows-11",
    imageReference: { id: `${authority}/images/ours` },
  }),
  machine("IMAGE-PRESET", "image", { image: "windows-12" }),
  machine("VM-IMAGE-REQUIRED", "imageReference", {
    imageReference: { publisher: "p", offer: "o", sku: "s" },
  }),
  machine("IMAGE-ID", "imageReference.id", { imageReference: { id: "ours" } }),
  machine("IMAGE-NAME", "imageReference.sku", {
    imageReference: { publisher: "p", offer: "o", sku: "win 11", version: "latest" },
  }),
  machine("SCHEDULE-TIME", "autoShutdown.time", { autoShutdown: { time: "19:00" } }),
  machine("SCHEDULE-NOTICE", "autoShutdown.notifyMinutes", {
    autoShutdown: { time: "1900", notifyEmail: "ada@example.org", notifyMinutes: 5 },
  }),
  machine("SCHEDULE-RECIPIENT", "autoShutdown.notifyEmail", {
    autoShutdown: { time: "1900", notifyMinutes: 30 },
  }),
  machine("SCHEDULE-EMAIL", "autoShutdown.notifyEmail", {
    autoShutdown: { time: "1900", notifyEmail: "ada" },
  }),
];

const servicesOf = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`s${index}`, { port: 5000 + index }]),
  );

/** What is wrong with services, wherever they are given; the path below them. */
const serviceCases: {
  rule: string;
  services: { [service: string]: ServiceArgs };
  path: string;
  warns?: true;
}[] = [
  { rule: "SERVICE-KEY", services: { Game: { port: 5000 } }, path: ".Game" },
  { rule: "SERVICE-SEED", services: { "peerlab-seed": { port: 5000 } }, path: '["peerlab-seed"]' },
  { rule: "SERVICE-PORT", services: { game: {} as ServiceArgs }, path: ".game.port" },
  { rule: "SERVICE-PORT", services: { game: { port: 0.5 } }, path: ".game.port" },
  { rule: "PORT-TAKEN", services: { game: { port: 22 } }, path: ".game.port" },
  {
    rule: "SERVICE-PORT-DUP",
    services: { game: { port: 5000 }, chat: { port: 5000 } },
    path: ".chat.port",
  },
  {
    rule: "SERVICE-COMMENT",
    services: { game: { port: 5000, comment: "c".repeat(40) } },
    path: ".game.comment",
  },
  { rule: "SERVICE-COUNT", services: servicesOf(5), path: "", warns: true },
];

const identityCases: RuleCase[] = [
  identity("PERSON-KEY", "person", { person: "Ada" }),
  identity("IDENTITY-MAKER", "maker", { maker: "ada-9" }),
  identity("IDENTITY-ROTATION", "rotation", { rotation: "a b" }),
  identity("IDENTITY-PASSWORD", "exportPassword", { exportedIdentity: "QlJPVUdIVA==" }),
  identity("IDENTITY-EXPORTED", "exportedIdentity", { exportPassword: "password" }),
  identity("IDENTITY-BASE64", "exportedIdentity", {
    exportedIdentity: "<PEERIDENTITYEXPORT>",
    exportPassword: "password",
  }),
  identity("RECONCILE-TOKEN", "reconcile.token", { reconcile: { token: "" } }),
  identity("RECONCILE-MACHINE", "reconcile.machines[0]", {
    reconcile: { token: "1", machines: ["ada-9"] },
  }),
  ...serviceCases.map(({ rule, services, path, warns }) => ({
    ...identity(rule, `services${path}`, { services }),
    warns,
  })),
];

const peerName = `${"0123456789abcdef".repeat(2)}01234567.PeerLab`;
const presenceCases: RuleCase[] = [
  ...serviceCases.map(({ rule, services, path, warns }) => ({
    ...presence(rule, `services${path}`, { services }),
    warns,
  })),
  presence("SERVICE-PEER-NAME", "peerName", { peerName: "ada" }),
  presence("SERVICE-PEER-NAME", "groups[0].group", {
    groups: [{ group: "ada", identity: peerName }],
  }),
  presence("SERVICE-PEER-NAME", "groups[0].identity", {
    groups: [{ group: peerName, identity: "" }],
  }),
  presence("PRESENCE-MACHINE", "groups[0].machines[1]", {
    groups: [{ group: peerName, identity: peerName, machines: ["ada-1", "ada-9"] }],
  }),
  presence("WHEN-OFF", "whenOff", { whenOff: "wait" as never }),
  presence("RECONCILE-MACHINE", "reconcile.machines[0]", {
    reconcile: { token: "1", machines: ["ada-9"] },
  }),
];

const byHand = (host: string): PeerMachine => ({
  connection: { host, user: "labuser", password: "password" },
  instanceId: host,
});
const twoByHand = { a: byHand("a"), b: byHand("b") };
const person = (change: object): Partial<PeerLabArgs> => ({
  people: { ada: { machines: { "ada-1": {}, "ada-2": {} }, ...change } },
});

const groupCases: RuleCase[] = [
  group("PERSON-KEY", "person", { person: "Ada" }),
  group("IDENTITY-ROTATION", "rotation", { rotation: "a b" }),
  group("GROUP-CREATOR", "creator", { creator: "ada-9" }),
  group("GROUP-CREATOR", "creator", {
    machines: twoByHand,
    creator: "a",
    roles: { a: PeerGroupRole.Member },
  }),
  group("GROUP-ROLE", "role", { role: "owner" as PeerGroupRole }),
  group("GROUP-ROLE-MACHINE", "roles.c", {
    machines: twoByHand,
    roles: { c: PeerGroupRole.Member },
  }),
  group("GROUP-ADMINISTRATOR", "role", { machines: twoByHand, role: PeerGroupRole.Member }),
  group("GROUP-INVITATION-LIFETIME", "invitationLifetimeSeconds", {
    invitationLifetimeSeconds: 299,
  }),
  group("GROUP-MEMBER-LIFETIME", "memberLifetimeSeconds", { memberLifetimeSeconds: 60 }),
  lab("SHARING", "people.ada.sharing", person({ sharing: "both" })),
  lab("SHARING-GROUP", "people.ada.group", person({ group: {} })),
  lab("SHARING-IDENTITY", "people.ada.maker", person({ sharing: "group", maker: "ada-1" })),
  lab(
    "SHARING-IDENTITY",
    "people.ada.exportPassword",
    person({ sharing: "group", exportPassword: "password" }),
  ),
  lab(
    "GROUP-CREATOR",
    "people.ada.group.creator",
    person({ sharing: "group", group: { creator: "ada-9" } }),
  ),
  lab(
    "GROUP-ROLE",
    'people.ada.group.roles["ada-2"]',
    person({ sharing: "group", group: { roles: { "ada-2": "owner" } } }),
  ),
];

/** A machine whose port cannot be tested. */
const proofCases: RuleCase[] = [
  {
    rule: "PROOF-PORT",
    path: 'machines["ada-1"].ports[1]',
    component: "PeerProof",
    args: {
      machines: {
        "ada-1": {
          machine: { connection: { host: "pc", user: "ada", password: "x" }, instanceId: "1" },
          ports: [3587, 0],
          step: "1",
        },
      },
    },
  },
];

const ofAda: RingArgs = { name: "canary", people: ["ada"] };
/** Two machines of ada and two of grace; ada's are a ring unless something else is said. */
const withRings = (rings: RingArgs[] = [ofAda], own: Partial<PeerLabArgs> = {}) => ({
  people: {
    ada: { machines: { "ada-1": {}, "ada-2": {} } },
    grace: { machines: { "grace-1": {}, "grace-2": {} } },
  },
  rings,
  ...own,
});
/** Another ada, whose second machine is in no ring and so in the last. */
const overTwo = (ada: Partial<PersonArgs>) =>
  withRings([{ name: "canary", machines: ["ada-1", "grace-1", "grace-2"] }], {
    people: {
      ada: { machines: { "ada-1": {}, "ada-2": {} }, ...ada },
      grace: { machines: { "grace-1": {}, "grace-2": {} } },
    },
  });
const many = Array.from({ length: 21 }, (_, index) => `pc-${index}`);

const ringCases: RuleCase[] = [
  lab("RING-NAME", "rings[0].name", withRings([{ ...ofAda, name: "others" }])),
  lab("RING-NAME", "rings[0].name", withRings([{ people: ["ada"] } as unknown as RingArgs])),
  lab("RING-NAME-DUP", "rings[1].name", withRings([ofAda, { name: "canary", people: ["grace"] }])),
  lab("RING-EMPTY", "rings[1]", withRings([ofAda, { name: "wide", machines: [] }])),
  lab("RING-COUNT", "rings", {
    ...machines(Object.fromEntries(many.map((key) => [key, {}]))),
    rings: many.map((key) => ({ name: key, machines: [key] })),
  }),
  lab("RING-PERSON", "rings[0].people[1]", withRings([{ name: "canary", people: ["ada", "eve"] }])),
  lab("RING-MACHINE", "rings[0].machines[0]", withRings([{ ...ofAda, machines: ["toString"] }])),
  lab(
    "RING-MACHINE-DUP",
    "rings[1].machines[1]",
    withRings([ofAda, { name: "wide", machines: ["grace-1", "ada-2"] }]),
  ),
  lab(
    "RING-MACHINE-DUP",
    "rings[1].people[0]",
    withRings([
      { name: "canary", machines: ["grace-1", "ada-2"] },
      { ...ofAda, name: "wide" },
    ]),
  ),
  lab("RING-SEED", "seeds", withRings([ofAda], { seeds: ["grace-1"] })),
  lab("RING-MAKER", "people.ada.maker", overTwo({ maker: "ada-2" })),
  lab("RING-GROUP", "people.ada.sharing", overTwo({ sharing: "group" })),
  lab(
    "RING-PROOF-WARNS",
    "proof.whenFailed",
    withRings([ofAda], { proof: { whenFailed: "warn" } }),
  ),
  { ...lab("RING-IDENTITY", "people.ada", overTwo({})), warns: true },
  {
    ...lab("RING-FIRST-ALONE", "rings[0]", {
      people: {
        ada: { machines: { "ada-1": {} } },
        grace: { machines: { "grace-1": {} } },
      },
      rings: [ofAda],
    }),
    warns: true,
  },
];

const labCases: RuleCase[] = [
  lab("PROOF-TOKEN", "proof.token", { proof: { token: "" } }),
  lab("PROOF-WHEN-FAILED", "proof.whenFailed", { proof: { whenFailed: "stop" as "fail" } }),
  lab("PROOF-SAMPLE", "proof.sample", { proof: { sample: 1 } }),
  lab("PROOF-SETTLE", "proof.settleSeconds", { proof: { settleSeconds: 601 } }),
  lab("NAME-LENGTH", "name", machines({ a: {} }), "n".repeat(49)),
  lab(
    "NAME-LENGTH",
    `people.ada.machines.${"k".repeat(40)}`,
    machines({ ["k".repeat(40)]: { computerName: "pc-1" } }),
    "a-lab-of-20-letters-",
  ),
  lab("NAME-PRIVATE-ZONE", "name", {}, "lab."),
  lab("TAGS-PRIVATE-ZONE", "tags", { tags: tags(16) }),
  lab("TAG-NAME-PRIVATE-ZONE", 'tags["cost centre"]', { tags: { "cost centre": "x" } }),
  lab("TAG-NAME-PRIVATE-ZONE", 'tags["a:b"]', { tags: { "a:b": "x" } }),
  lab("LAB-EMPTY", "people", { people: {} }),
  lab("PERSON-KEY", "people.Ada", { people: { Ada: { machines: { "ada-1": {} } } } }),
  lab(
    "MACHINE-KEY",
    'people.ada.machines["we/ird"]',
    machines({ "we/ird": { computerName: "pc-1" } }),
  ),
  lab("MACHINE-KEY-DUP", 'people.grace.machines["pc-1"]', {
    people: {
      ada: { machines: { "pc-1": {} } },
      grace: { machines: { "pc-1": { computerName: "pc-2" } } },
    },
  }),
  lab(
    "WIN-COMPUTERNAME-DUP",
    "people.ada.machines.b.computerName",
    machines({ a: {}, b: { computerName: "A" } }),
  ),
  lab("WIN-COMPUTERNAME-DUP", "machineDefaults.computerName", {
    machineDefaults: { computerName: "pc-1" },
  }),
  lab("ADMIN-SOURCES-FAMILY", "adminSources", { adminSources: ["2001:db8::/48"] }),
  lab("SOURCE-EVERYONE", "jumpHost.privateAddress", {
    jumpHost: { ...jumpHost, privateAddress: "0.0.0.0/0" },
  }),
  lab("JUMP-HOST-ADDRESS", "jumpHost.privateAddress", {
    jumpHost: { host: "192.0.2.1", user: "jump" },
  }),
  lab("EXISTING-RESOURCE-GROUP", "existing.resourceGroupName", {
    ipv4Subnet: "10.9.0.0/24",
    ipv6Subnet: "fd00:9::/64",
    existing: { virtualNetworkName: "theirs" },
  }),
  lab("EXISTING-RESOURCE-GROUP", "existing.resourceGroupName", {
    existing: { virtualNetworkName: "theirs", subnetName: "peers" },
  }),
  lab("EXISTING-RESOURCE-GROUP", "existing.resourceGroupName", {
    existing: { networkSecurityGroupName: "theirs" },
  }),
  lab("LAB-SEED", "seeds[0]", { seeds: ["ada-9"] }),
  lab("LAB-SEED-DUP", "seeds[1]", { seeds: ["ada-1", "ada-1"] }),
  lab("LAB-SEED-DUP", "externalSeeds[1]", {
    peerSources: ["fd00:7::/64"],
    externalSeeds: ["fd00:7::4", "fd00:7:0::0004"],
  }),
  lab("LAB-SEED-NONE", "seeds", { seeds: [] }),
  lab("LAB-SEED-COUNT", "seeds", {
    peerSources: ["fd00:7::/64"],
    externalSeeds: Array.from({ length: 20 }, (_, index) => `fd00:7::${index + 4}`),
  }),
  ...[
    "fd00:7::/64",
    "10.0.0.4",
    "seed.example",
    "::1",
    "fe80::4",
    "ff02::1",
    "::ffff:10.0.0.4",
  ].map((seed) =>
    lab("EXTERNAL-SEED-ADDRESS", "externalSeeds[0]", {
      peerSources: ["fd00:7::/64"],
      externalSeeds: [seed],
    }),
  ),
  lab("EXTERNAL-SEED-OWN", "externalSeeds[0]", { externalSeeds: ["fd5a:9c2e:71b0::7"] }),
  lab("EXTERNAL-SEED-SOURCE", "externalSeeds[0]", {
    peerSources: ["fd00:7::/64"],
    externalSeeds: ["fd00:8::4"],
  }),
  {
    ...lab("EXTERNAL-SEED-PUBLIC", "externalSeeds[0]", {
      peerSources: ["2001:db8:7::/64"],
      externalSeeds: ["2001:db8:7::4"],
    }),
    warns: true,
  },
  ...serviceCases.map(({ rule, services, path, warns }) => ({
    ...lab(rule, `people.ada.services${path}`, {
      people: { ada: { machines: { "ada-1": {} }, services } },
    }),
    warns,
  })),
  {
    // The seed's own name is one of them.
    ...lab("SERVICE-COUNT", "people.ada.services", {
      people: { ada: { machines: { "ada-1": {} }, services: servicesOf(4) } },
    }),
    warns: true,
  },
  lab("PORT-COUNT", "people", {
    graphPorts: ports(449),
    people: { ada: { machines: { "ada-1": {} }, services: servicesOf(2) } },
  }),
  lab("SUBNET-CAPACITY", "ipv4Subnet", {
    ipv4Subnet: "10.80.0.0/29",
    ...machines({ a: {}, b: {}, c: {}, d: {} }),
  }),
  lab("OUTBOUND-LAB", "outbound", { outbound: "instance", jumpHost }),
  lab("VM-LICENSE", "machineDefaults.licenseType", { machineDefaults: { licenseType: "mine" } }),
  lab("SOURCE-EVERYONE", "adminSources[0]", { adminSources: ["0.0.0.0/0"] }),
  {
    ...lab("PEER-PUBLIC-IPV6", "machineDefaults.publicIpv6", {
      machineDefaults: { publicIpv6: true },
    }),
    warns: true,
  },
];

export const ruleCases: readonly RuleCase[] = [
  ...networkCases,
  ...machineCases,
  ...identityCases,
  ...proofCases,
  ...presenceCases,
  ...groupCases,
  ...ringCases,
  ...labCases,
];

/** Rules that no definition alone offends, with what does. */
export const notByDefinition: Readonly<Record<string, string>> = {
  "CONFIGURATION-KEY": "the program's configuration",
  "CONFIGURATION-TYPE": "the program's configuration",
  "JUMP-HOST-MISSING": "the program's configuration: a component's argument has both by its type",
  "IDENTITY-FORGOTTEN": "the stack's state",
  "GROUP-ROLE-KEPT": "the component's last outputs",
  "GROUP-ADMINISTRATOR-KEPT": "the component's last outputs",
  "SUBNET-PREFIX-IN-USE": "the stack's state",
  "NIC-SUBNET-FAMILY": "an existing subnet, once it was looked up",
  "SUBNET-OVERLAP": "an existing network, once it was looked up",
  "REGION-NIC-VNET": "an existing network or security group, once it was looked up",
  "NSG-PRIORITY-DUP": "an existing security group, once it was looked up",
  "NSG-1000-EXISTING": "an existing security group, once it was looked up",
  "EXISTING-GROUP-DENIES": "an existing security group, once it was looked up",
  "EXISTING-GROUP-TWICE": "an existing security group, once it was looked up",
  "NSG-1000":
    "never in one definition: with PORT-COUNT the rules are 909 at most; beside those of before, once they are known",
  "PASSWORD-FORBIDDEN":
    "never alone: each of those passwords is shorter than PASSWORD-LENGTH wants",
  "SERVICE-PORT-CLOSED": "never: the port of a service is opened. For the policy pack",
  "SERVICE-DUP": "never: services are a map. For the policy pack",
  "SERVICE-PEER-NAME-DUP": "never: one for each service. For the policy pack",
};
