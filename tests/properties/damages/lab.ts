import { wrong, type Arguments, type Mistake, type Path } from "./damage";

// What is wrong with a lab as a whole: its people, its machines and how they go together.

/** A lab of these people, without what names machines by their keys. */
export function onlyPeople(args: Arguments, people: Arguments): void {
  for (const key of [
    "seeds",
    "externalSeeds",
    "reconcile",
    "rings",
    "machineDefaults",
    "tags",
    "adminUsername",
    "adminPassword",
  ]) {
    delete args[key];
  }
  // Room for everybody, in a network of their own.
  for (const key of [
    "existing",
    "ipv4Space",
    "ipv4Subnet",
    "ipv6Space",
    "ipv6Subnet",
    "peerSources",
    "outbound",
    "jumpHost",
  ]) {
    delete args[key];
  }
  // The machines have public IPv4 addresses then, and somebody has to come to them.
  args.adminSources = ["198.51.100.7"];
  args.people = people;
}

const lab = (
  name: string,
  people: Arguments,
  path: Mistake["path"],
  others: Arguments = {},
): Mistake => ({
  name,
  apply(args) {
    onlyPeople(args, structuredClone(people));
    Object.assign(args, structuredClone(others));
  },
  path,
});

const ada = { ada: { machines: { "ada-1": {}, "ada-2": {} } } };
const machine = (key: string, args: Arguments = {}) => ({ ada: { machines: { [key]: args } } });
const many = (count: number) => ({
  ada: { machines: Object.fromEntries(Array.from({ length: count }, (_, at) => [`pc-${at}`, {}])) },
});
const jumpHost = { host: "jump.example.org", user: "jump", privateAddress: "10.99.0.9" };

export const labMistakes: readonly Mistake[] = [
  lab("nobody", {}, ["people"]),
  ...["Ada", "1a", "a b", "", "ä", "x".repeat(32)].map((key) =>
    lab(`the person ${JSON.stringify(key)}`, { [key]: {} }, ["people", key]),
  ),
  ...["with space", "-first", "exactly-16-chars", "ä", "123", ""].map((key) =>
    lab(`the machine ${JSON.stringify(key)}`, machine(key), ["people", "ada", "machines", key]),
  ),
  ...["with space", "-first", "ä", "x".repeat(41), ""].map((key) =>
    lab(
      `the machine ${JSON.stringify(key)} with a name of its own`.slice(0, 60),
      machine(key, { computerName: "pc" }),
      ["people", "ada", "machines", key],
    ),
  ),
  lab(
    "two machines of one name",
    { ada: { machines: { "a-1": {}, "a-2": { computerName: "A-1" } } } },
    ["people", "ada", "machines", "a-2", "computerName"],
  ),
  lab(
    "two machines of one name, of two people",
    { ada: { machines: { pc: {} } }, grace: { machines: { PC: {} } } },
    ["people", "grace", "machines", "PC"],
  ),
  lab(
    "two machines of one key",
    { ada: { machines: { pc: {} } }, grace: { machines: { pc: { computerName: "g" } } } },
    ["people", "grace", "machines", "pc"],
  ),
  lab("one name for all machines", ada, ["machineDefaults", "computerName"], {
    machineDefaults: { computerName: "pc" },
  }),
  lab("the administrator's name as a computer's", machine("labuser"), [
    "people",
    "ada",
    "machines",
    "labuser",
  ]),
  lab("administrators who cannot come to the machines' addresses", ada, ["adminSources"], {
    adminSources: ["2001:db8:77::7"],
  }),
  lab("a seed that is no machine", ada, ["seeds", 1], { seeds: ["ada-1", "grace-1"] }),
  lab("a seed of a lab without machines", { ada: {} }, ["seeds", 0], { seeds: ["ada-1"] }),
  lab("a seed twice", ada, ["seeds", 2], { seeds: ["ada-2", "ada-1", "ada-2"] }),
  lab("two machines without a seed", ada, ["seeds"], { seeds: [] }),
  lab("more seeds than records", many(21), ["seeds"], {
    seeds: Array.from({ length: 21 }, (_, index) => `pc-${index}`),
  }),
  ...["fd00:7::/64", "10.0.0.9", "seed.example", "", "fe80::4", "::1", "ff02::1"].map((seed) =>
    lab(`a seed outside at ${seed}`, ada, ["externalSeeds", 0], {
      peerSources: ["fd00:7::/64"],
      externalSeeds: [seed],
    }),
  ),
  lab("a seed outside that is let in by nobody", ada, ["externalSeeds", 0], {
    peerSources: ["fd00:8::/64"],
    externalSeeds: ["fd00:7::4"],
  }),
  lab("a seed outside with an address of the lab", ada, ["externalSeeds", 0], {
    externalSeeds: ["fd5a:9c2e:71b0::9"],
  }),
  lab("a seed outside twice", ada, ["externalSeeds", 1], {
    peerSources: ["fd00:7::/64"],
    externalSeeds: ["fd00:7::4", "FD00:7:0::4"],
  }),
  lab(
    "more ports of services than a group has places",
    {
      ada: {
        services: Object.fromEntries(
          Array.from({ length: 451 }, (_, index) => [`s${index}`, { port: 5000 + index }]),
        ),
      },
    },
    ["people"],
  ),
  lab(
    "a group without an administrator",
    { ada: { ...ada.ada, sharing: "group", group: { role: "member" } } },
    ["people", "ada", "group", "role"],
  ),
  lab(
    "a creator who is no administrator",
    {
      ada: {
        ...ada.ada,
        sharing: "group",
        group: { creator: "ada-1", roles: { "ada-1": "member" } },
      },
    },
    ["people", "ada", "group", "creator"],
  ),
  lab("more machines than addresses", many(4), ["ipv4Subnet"], {
    ipv4Space: "10.80.0.0/16",
    ipv4Subnet: "10.80.0.0/29",
  }),
  lab("more machines than addresses in the space", many(4), ["ipv4Space"], {
    ipv4Space: "10.80.0.0/29",
  }),
  lab("16 tags on a private DNS zone", ada, ["tags"], {
    tags: Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`t${at}`, ""])),
  }),
  ...["1st", "cost centre", "(a)", "ä", "cost:centre"].map((name) =>
    lab(`the tag ${name} on a private DNS zone`, ada, ["tags", name], { tags: { [name]: "" } }),
  ),
  lab("a way out by addresses that no machine has", ada, ["outbound"], {
    outbound: "instance",
    jumpHost,
  }),
  lab("a jump host that no rule lets in", ada, ["jumpHost", "privateAddress"], {
    jumpHost: { ...jumpHost, privateAddress: undefined },
  }),
  ...["virtualNetworkName", "networkSecurityGroupName"].map((part) =>
    lab(`a ${part} in a group that the lab makes`, ada, ["existing", "resourceGroupName"], {
      existing: { [part]: "theirs" },
      resourceGroupName: undefined,
      ...(part === "virtualNetworkName" && {
        ipv4Subnet: "10.9.0.0/24",
        ipv6Subnet: "fd12:9::/64",
      }),
    }),
  ),
  ...["*", "0.0.0.0/0", "jump.example.org"].map((privateAddress) =>
    lab(`a jump host at ${privateAddress}`, ada, ["jumpHost", "privateAddress"], {
      jumpHost: { ...jumpHost, privateAddress },
    }),
  ),
];

/** What is wrong with a component's name: the names of what it makes begin with it. */
export const wrongNames = ["my lab", "ä", "-lab", "a/b", "x".repeat(90)] as const;

/** A person to make a mistake at; one with a machine of her own, so that nothing else depends on it. */
export const somebody = (args: Arguments): Arguments => (args.people.somebody ??= {});

/** A machine to make a mistake at, by which the subnet does not become too small. */
export function anyMachine(args: Arguments): { person: string; key: string; args: Arguments } {
  for (const [person, { machines = {} }] of Object.entries(args.people as Arguments)) {
    for (const key of Object.keys(machines)) return { person, key, args: machines[key] };
  }
  const own: Arguments = {};
  // A lab with a machine has a private DNS zone, which does not take every tag.
  delete args.tags;
  somebody(args).machines = { "pc-of-all": own };
  return { person: "somebody", key: "pc-of-all", args: own };
}

/** Mistakes that a lab's arguments have in common with those of its machines. */
export const sharedMistakes: readonly Mistake[] = wrong(["seeds", 0], ["nobody", "toString"]);

/** What is wrong with how a lab is to prove itself. */
export const proofMistakes: readonly Mistake[] = [
  ...wrong(["proof", "token"], ["", "x".repeat(65), "ä", "a\nb"]),
  ...wrong(["proof", "whenFailed"], ["", "stop", "Fail", "toString"]),
  ...wrong(["proof", "sample"], [0, 1, 33, 2.5, NaN]),
  ...wrong(["proof", "settleSeconds"], [-1, 601, 0.5]),
];

/** One ring, of somebody's machines, in which something is wrong. */
const ring = (name: string, path: Path, own: (person: string) => object): Mistake => ({
  name,
  apply(args) {
    // What seeds and proofs have to do with rings is another matter.
    delete args.seeds;
    delete args.proof;
    args.rings = [{ name: "canary", ...own(Object.keys(args.people)[0]) }];
  },
  path: ["rings", 0, ...path],
});

/** What is wrong with the rings of a lab. */
export const ringMistakes: readonly Mistake[] = [
  ...["", "others", "Canary", "a b", "x".repeat(21)].map((name) =>
    ring(`a ring called ${JSON.stringify(name)}`, ["name"], (key) => ({ name, people: [key] })),
  ),
  ring("an empty ring", [], () => ({ people: [] })),
  ...["nobody", "toString"].flatMap((other) => [
    ring(`${other} in a ring`, ["people", 1], (key) => ({ people: [key, other] })),
    ring(`the machine ${other} in a ring`, ["machines", 0], (key) => ({
      people: [key],
      machines: [other],
    })),
  ]),
];
