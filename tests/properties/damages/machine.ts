import { wrong, type Arguments, type Mistake, type Path } from "./damage";

// What is wrong with a machine, wherever its arguments stand.

/** A wrong value beside what it cannot stand without, or must not stand with. */
const beside = (
  others: Arguments,
  path: Path,
  values: readonly unknown[],
  more: Partial<Mistake> = {},
): Mistake[] =>
  wrong(path, values, more).map((mistake) => ({
    ...mistake,
    apply(args: Arguments) {
      Object.assign(args, others);
      mistake.apply(args);
    },
  }));

const fullReference = {
  publisher: "MicrosoftWindowsDesktop",
  offer: "windows-11",
  sku: "win11-24h2-ent",
  version: "latest",
};
const own = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute";

/** What is wrong with a machine's name. */
export const computerNameMistakes: readonly Mistake[] = wrong(
  ["computerName"],
  [
    "sixteen-letters-",
    "exactly-16-chars",
    "under_score",
    "with space",
    "ä-1",
    "-first",
    "last-",
    "123",
    "a.b",
    "",
  ],
);

/** What may stand in a lab's `machineDefaults` too. */
export const machineMistakes: readonly Mistake[] = [
  ...beside(
    { imageReference: undefined },
    ["image"],
    ["windows-7", "Windows-11", "", "__proto__", "constructor"],
  ),
  {
    name: "image and imageReference",
    apply: (args) => Object.assign(args, { image: "windows-11", imageReference: fullReference }),
    path: ["image"],
  },
  ...beside(
    { image: undefined },
    ["imageReference"],
    [
      {},
      { ...fullReference, version: undefined },
      { publisher: "MicrosoftWindowsDesktop" },
      { ...fullReference, id: `${own}/images/peer` },
    ],
  ),
  ...beside(
    { image: undefined },
    ["imageReference"],
    ["", "peer", "/images/peer", `${own}/disks/peer`].map((id) => ({ id })),
    {
      path: ["imageReference", "id"],
    },
  ),
  ...beside(
    { image: undefined },
    ["imageReference"],
    ["", "a b", "-x"].map((sku) => ({ ...fullReference, sku })),
    {
      path: ["imageReference", "sku"],
    },
  ),
  ...wrong(["size"], ["", "D2s_v5", "Standard D2s v5", "Standard_", "large", "Standard_D2s/v5"]),
  ...wrong(["osDisk", "sizeGb"], [126, 4096, 127.5, 0, -1]),
  ...wrong(["osDisk", "type"], ["UltraSSD_LRS", "Premium", "premium_lrs", ""]),
  ...wrong(["zone"], ["0", "4", "", "1,2", "west"]),
  ...wrong(["spot", "maxPrice"], [0, -2, -0.5]),
  ...wrong(["spot", "evictionPolicy"], ["Stop", "delete", ""]),
  ...wrong(["licenseType"], ["Windows", "RHEL_BYOS", ""]),
  ...beside(
    { autoShutdown: { time: "1900" } },
    ["autoShutdown", "time"],
    ["2400", "1960", "19:00", "900", "", undefined],
  ),
  ...beside(
    { autoShutdown: { time: "1900" } },
    ["autoShutdown", "timeZone"],
    ["Europe/Berlin", "CET", "Nowhere Standard Time", ""],
  ),
  ...beside(
    { autoShutdown: { time: "1900", notifyEmail: "a@example.org" } },
    ["autoShutdown", "notifyMinutes"],
    [14, 121, 0, -30],
  ),
  ...beside(
    { autoShutdown: { time: "1900", notifyMinutes: 30 } },
    ["autoShutdown", "notifyEmail"],
    [undefined],
  ),
  ...beside(
    { autoShutdown: { time: "1900" } },
    ["autoShutdown", "notifyEmail"],
    ["", "ada", "a b@example.org", "a@b"],
  ),
  ...wrong(["timeZone"], ["Europe/Berlin", "GMT+1", "W. Europe Standart Time", ""]),
  ...wrong(["patchMode"], ["Automatic", "manual", ""]),
  ...wrong(["outbound"], ["internet", "NatGateway", ""]),
  ...wrong(
    ["openSshMsi"],
    ["http://example.org/a.msi", "https://example.org/a.exe", "C:\\a.msi", ""],
  ),
  ...wrong(
    ["openSshMsi"],
    [
      "https://ada:hunter2@example.org/a.exe",
      "https://example.org/a.exe?sp=r&sig=hunter2",
      "http://example.org/a.msi?sig=hunter2",
    ],
    { secret: "hunter2" },
  ),
];

/** What a machine's arguments and a lab's have in common. */
export const stepMistakes: readonly Mistake[] = [
  ...wrong(["whenOff"], ["stop", "Fail", ""]),
  ...wrong(["answerTimeoutSeconds"], [0, 7201, 1.5, -600]),
];

const userMistakes: readonly Mistake[] = [
  ...wrong(
    ["adminUsername"],
    ["", "x".repeat(21), "ada.", "a/b", "ada@example", "a[1]", "a|b", "tab\tbed", ". ."],
  ),
  ...wrong(["adminUsername"], ["administrator", "ADMIN", "user1", "root", "Guest", "test3"]),
];

const passwordMistakes: readonly Mistake[] = [
  "Sh0rt!Sh0rt",
  `Aa1!${"x".repeat(120)}`,
  "alllowercaseletters",
  "lowercase1234567",
  "under_scores_only_1",
  "With\u0007Bell12345",
  "abc def ghi 12",
].flatMap((password) =>
  wrong(["adminPassword"], [password], { secret: password }).map((mistake) => ({
    ...mistake,
    name: `the password ${JSON.stringify(password)}`.slice(0, 50),
  })),
);

/** A password that holds the name of its user; a list of Azure's. */
const otherPasswords: readonly Mistake[] = [
  {
    name: "a password with the user's name in it",
    apply: (args) =>
      Object.assign(args, { adminUsername: "ada.l", adminPassword: "9!xADA.Lx-1234" }),
    path: ["adminPassword"],
    secret: "9!xADA.Lx-1234",
  },
  {
    name: "a forbidden password",
    apply: (args) => void (args.adminPassword = "P@ssword123"),
    path: ["adminPassword"],
    secret: "P@ssword123",
  },
];

export const accountMistakes: readonly Mistake[] = [
  ...userMistakes,
  ...passwordMistakes,
  ...otherPasswords,
];

const host = { host: "jump.example.org", user: "jump", privateAddress: "10.99.0.9" };

/** What is wrong with a jump host; nothing is said of the way out, which follows from it. */
export const jumpHostMistakes: readonly Mistake[] = [
  ...beside({ jumpHost: { ...host }, outbound: undefined }, ["jumpHost", "host"], [""]),
  ...beside({ jumpHost: { ...host }, outbound: undefined }, ["jumpHost", "user"], [""]),
  ...beside({ jumpHost: { ...host }, outbound: undefined }, ["jumpHost", "port"], [0, 65536, 22.5]),
  ...beside(
    { jumpHost: { ...host }, outbound: undefined },
    ["jumpHost", "hostKey"],
    [
      "",
      "AAAAC3NzaC1lZDI1NTE5AAAA",
      "jump.example.org ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA",
      "SHA256:abc",
    ],
  ),
  ...beside(
    { jumpHost: { ...host }, outbound: undefined },
    ["jumpHost", "hostKey"],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2", "hunter2"],
    { secret: "hunter2" },
  ),
];

/** What is wrong with how a machine is reached. */
export const reachMistakes: readonly Mistake[] = [
  {
    name: "neither a public address nor a jump host",
    apply(args) {
      delete args.jumpHost;
      delete args.outbound;
      args.publicIpv4 = false;
    },
    path: ["publicIpv4"],
  },
  {
    name: "a way out by an address that it does not have",
    apply(args) {
      args.jumpHost = { ...host };
      args.publicIpv4 = false;
      args.outbound = "instance";
    },
    path: ["outbound"],
  },
];

const ofNetwork = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Network";

/** What only a `WindowsPeer` of its own has. */
export const peerMistakes: readonly Mistake[] = [
  ...wrong(
    ["subnetId"],
    ["", "peers", `${ofNetwork}/virtualNetworks/n`, `${ofNetwork}/networkSecurityGroups/s`],
  ),
  ...wrong(
    ["networkSecurityGroupId"],
    ["theirs", `${ofNetwork}/virtualNetworks/n/subnets/s`, `${own}/images/peer`],
  ),
  ...beside(
    { seed: { role: "peer", server: "seed.example" } },
    ["seed", "role"],
    ["server", "", "Seed", undefined],
  ),
  ...beside(
    { seed: { role: "peer", server: "seed.example" } },
    ["seed", "server"],
    ["two names", "a,b", ""],
  ),
  {
    name: "the administrator's name as the computer's",
    apply: (args) =>
      Object.assign(args, {
        adminUsername: "Ada-1",
        computerName: "ADA-1",
        adminPassword: undefined,
      }),
    path: ["computerName"],
  },
];
