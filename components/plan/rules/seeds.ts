import { contains, overlap, parseRange } from "../addresses";
import { at, received } from "../findings";
import { rule, type Mistake } from "./rule";
import { sources } from "./sources";

/** A seed of the lab's own is one of its machines. */
export const seedIsMachine = rule(
  { id: "LAB-SEED", source: "the record that names the seeds holds a machine's address" },
  (_path, seed: string, machines: readonly string[]) => {
    if (machines.includes(seed)) return [];
    const allowed = machines.length === 0 ? "there is none" : [...machines].sort().join(", ");
    return [`is ${received(seed)}, which is no machine; allowed are ${allowed}`];
  },
);

/** Each seed once, a machine or an address in one form. */
export const seedsOnce = rule(
  { id: "LAB-SEED-DUP", source: "two records of one address are one" },
  (path, seeds: readonly (string | undefined)[]) => {
    const seen = new Map<string, string>();
    return seeds.flatMap((seed, index): Mistake[] => {
      if (seed === undefined) return [];
      const here = at(path, index);
      const earlier = seen.get(seed);
      if (earlier === undefined) {
        seen.set(seed, here);
        return [];
      }
      return [
        { path: here, reason: `is ${received(seed)}, the same as ${earlier}; each seed once` },
      ];
    });
  },
);

/** Machines that do not find a seed are alone, each for itself. */
export const seedsGiven = rule(
  {
    id: "LAB-SEED-NONE",
    source: "Azure carries no multicast, by which peers find each other else",
  },
  (_path, seeds: number, machines: number) =>
    seeds === 0 && machines > 1
      ? [
          `is empty, and there are no externalSeeds: ${machines} machines would not find each other; name a machine, or leave it out`,
        ]
      : [],
);

/** How many records a record set of a private DNS zone takes. */
export const mostSeeds = 20;

/** How many seeds there may be, of the lab's own and others. */
export const seedRecordCount = rule(
  {
    id: "LAB-SEED-COUNT",
    source: "azure-docs, private-dns-privatednszone.md: 20 records in a set",
  },
  (_path, seeds: number) =>
    seeds > mostSeeds
      ? [`are ${seeds} with externalSeeds; a record set takes ${mostSeeds}, and two or three do`]
      : [],
);

const nobody = ["::/128", "::1/128", "::ffff:0:0/96", "fe80::/10", "ff00::/8"];

/** A seed outside of the lab is one machine: an IPv6 address, and no range. */
export const externalSeedAddress = rule(
  { id: "EXTERNAL-SEED-ADDRESS", source: "PNRP runs over IPv6; the seed's name is an AAAA record" },
  (_path, seed: string) => {
    const range = seed.includes("/") ? undefined : parseRange(seed);
    const isUnicast = !nobody.some((text) => {
      const reserved = parseRange(text);
      return range && reserved && contains(reserved, range);
    });
    return range?.family === "IPv6" && isUnicast
      ? []
      : [`is ${received(seed)}; it is the IPv6 address of one machine, such as fd12:3456:789a::4`];
  },
);

/** A seed in the lab's own network is one of its machines, and is named by its key. */
export const externalSeedApart = rule(
  { id: "EXTERNAL-SEED-OWN", source: "what has an address of the lab's network is in the lab" },
  (_path, seed: string, own: readonly string[]) => {
    const range = parseRange(seed);
    return own
      .map(parseRange)
      .filter((other) => range !== undefined && other !== undefined && overlap(range, other))
      .map(
        (other) =>
          `is ${received(seed)}, in the lab's own ${other?.text}; a seed of the lab is named by its key in seeds`,
      );
  },
);

/** A seed answers and asks back, so that both firewalls have to let it in. */
export const externalSeedLetIn = rule(
  {
    id: "EXTERNAL-SEED-SOURCE",
    source: "both firewalls let in the lab's own ranges and those of peerSources alone",
  },
  (_path, seed: string, peerSources: readonly string[]) => {
    const range = parseRange(seed);
    const isLetIn = peerSources.some((source) => {
      const other = typeof source === "string" ? parseRange(source) : undefined;
      return range && other && contains(other, range);
    });
    return isLetIn
      ? []
      : [
          `is ${received(seed)}, which is in no range of peerSources, so that no firewall lets it in; add the range of its network there`,
        ];
  },
);

/**
 * An address outside of fc00::/7 may be one that Azure, or a router, translates. Then its machine tells others the address that it
 * has itself, and nobody finds anybody by it.
 */
export const externalSeedPublic = rule(
  { id: "EXTERNAL-SEED-PUBLIC", source: sources.ipv6, severity: "warning" },
  (_path, seed: string) => {
    const range = parseRange(seed);
    const unique = parseRange("fc00::/7");
    return range && unique && contains(unique, range)
      ? []
      : [
          `is ${received(seed)}, a public address; Azure translates those of its machines, and PNRP publishes the private ones: give the address that the seed has in its own network, peered with this one`,
        ];
  },
);
