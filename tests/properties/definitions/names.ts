import * as fc from "fast-check";

// Written from Azure's and Windows' own limits (azure-docs: virtual-machines/windows/faq.yml, management/resource-name-rules.md,
// management/tag-resources.md), and not from the library's checks.

const lower = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";
const letters = lower + lower.toUpperCase();

/** A text of characters of `inner`, that begins with one of `first` and ends with one of `last`. */
export function word(
  { first, inner, last }: { first: string; inner: string; last: string },
  min: number,
  max: number,
): fc.Arbitrary<string> {
  const of = (characters: string) => fc.constantFrom(...characters);
  const length = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min, max: Math.min(max, min + 9) }) },
    { weight: 1, arbitrary: fc.constantFrom(min, max) },
  );
  return length.chain((size) => {
    if (size === 1) return of([...first].filter((character) => last.includes(character)).join(""));
    return fc
      .tuple(of(first), fc.array(of(inner), { minLength: size - 2, maxLength: size - 2 }), of(last))
      .map(([one, middle, other]) => one + middle.join("") + other);
  });
}

/** Name of a component, which ends up in the names of resources. */
export const componentName = (max: number): fc.Arbitrary<string> =>
  word({ first: letters, inner: `${letters}${digits}-`, last: letters + digits }, 1, max);

/** Windows' own name of a machine: 1 to 15 letters, digits and hyphens, not all digits. */
export const computerName: fc.Arbitrary<string> = word(
  { first: letters + digits, inner: `${letters}${digits}-`, last: letters + digits },
  1,
  15,
).filter((name) => !/^[0-9]+$/.test(name));

/** Key of a machine that has a computer name of its own. */
export const machineKey: fc.Arbitrary<string> = word(
  { first: letters + digits, inner: `${letters}${digits}-`, last: letters + digits },
  1,
  30,
);

/** Key of a person. */
export const personKey: fc.Arbitrary<string> = word(
  { first: lower, inner: `${lower}${digits}-`, last: lower + digits },
  1,
  20,
);

const reservedUserNames = new Set(
  (
    "administrator admin user user1 user2 user3 user4 user5 test test1 test2 test3 admin1 admin2 1 123 a actuser adm " +
    "aspnet backup console david guest john owner root server sql support support_388945a0 sys"
  ).split(" "),
);

export const adminUsername: fc.Arbitrary<string> = fc
  .oneof(
    {
      weight: 4,
      arbitrary: word({ first: letters, inner: `${letters}${digits}._-`, last: letters }, 1, 20),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("Ada.Lovelace", "grace-h", "användare", "ab", "USER9"),
    },
  )
  .filter((name) => !reservedUserNames.has(name.toLowerCase()));

/** The user, unless one of the computers is called so: Windows could not tell them apart. */
export function unlessComputer<Args extends { adminUsername?: string }>(
  { adminUsername: user, ...args }: Args,
  computers: readonly (string | undefined)[],
): Omit<Args, "adminUsername"> & { adminUsername?: string } {
  const taken = computers.some((name) => name?.toLowerCase() === user?.toLowerCase());
  return user === undefined || taken ? args : { ...args, adminUsername: user };
}

/** 12 to 123 characters of at least three kinds, of which a blank is none; the digits at the end keep any user's name out of it. */
export const adminPassword: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("4!Q7#", "9x8W7", "0-0y0", "Ü1é2~Z3a", "w x4", "W X"),
    fc.array(fc.constantFrom(..."0123456789!#%*+-=~?$&|\"' "), { minLength: 8, maxLength: 115 }),
  )
  .map(([kinds, rest]) => `${`${kinds}${rest.join("")}`.slice(0, 122)}5`)
  .filter(
    (text) =>
      [/[a-z]/, /[A-Z]/, /[0-9]/, /[^\p{L}0-9_\s]/u].filter((kind) => kind.test(text)).length >= 3,
  );

/** Name of a resource that exists already; case does not count in Azure. */
export const resourceName: fc.Arbitrary<string> = word(
  { first: letters + digits, inner: `${letters}${digits}._-`, last: `${letters}${digits}_` },
  2,
  60,
);

const tagValue = fc.oneof(
  fc.constantFrom("", "lab", "日本語のタグ", "a & b <c> %", "v".repeat(256)),
  word({ first: letters, inner: `${letters}${digits} :=`, last: digits }, 2, 256),
);

/** At most that many tags, names case-insensitively different. */
function tagged(names: readonly string[], most: number): fc.Arbitrary<Record<string, string>> {
  const count = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 4 }) },
    { weight: 1, arbitrary: fc.constant(most) },
  );
  return fc
    .tuple(count, fc.constantFrom(...names), tagValue)
    .map(([tags, name, value]) =>
      Object.fromEntries(Array.from({ length: tags }, (_, index) => [`${name}${index}`, value])),
    );
}

const plainTagNames = ["purpose", "x", "Cost-Centre_", "n".repeat(500)];

/** Tags of most resources: at most 50. */
export const tags = tagged([...plainTagNames, "Cost centre", "Besitzer-ä", "1. "], 50);

/** Tags that a private DNS zone has too: at most 15, in plain ASCII (azure-docs, management/tag-resources.md). */
export const zoneTags = tagged(plainTagNames, 15);

export const timeZone = fc.constantFrom(
  "UTC",
  "UTC+12",
  "UTC-02",
  "W. Europe Standard Time",
  "Central Standard Time (Mexico)",
  "AUS Eastern Standard Time",
  "E. South America Standard Time",
  "Tokyo Standard Time",
);

/** How a person is called: whatever a person can be called. */
export const displayName = fc.constantFrom(
  "Ada Lovelace",
  "Grace “Amazing” Hopper",
  "Žofie Nováková",
  "山田 太郎",
  "🦊",
  "O'Neil <o@example.org>",
  "",
);

const regions: readonly (readonly [name: string, shown: string])[] = [
  ["westeurope", "West Europe"],
  ["northeurope", "North Europe"],
  ["eastus2", "East US 2"],
  ["swedencentral", "Sweden Central"],
];

/** Where a definition's resources are to be made, said in one of the ways in which it can be said. */
export interface Place {
  /** The region that comes out. */
  region: string;
  /** What the arguments say. */
  location?: string;
  /** What the provider is configured with. */
  provider?: string;
  /** Where the resource group is. */
  group: string;
}

export const place: fc.Arbitrary<Place> = fc
  .record({
    region: fc.constantFrom(...regions),
    other: fc.constantFrom(...regions),
    said: fc.constantFrom("arguments", "arguments as shown", "provider", "group"),
  })
  .map(({ region: [region, shown], other: [other], said }): Place => {
    if (said === "provider") return { region, provider: region, group: region };
    if (said === "group") return { region, group: region };
    return {
      region,
      location: said === "arguments" ? region : shown,
      provider: other,
      group: other,
    };
  });
