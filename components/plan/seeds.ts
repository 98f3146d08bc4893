import { ownRangesOf, type AddressSpaceDefinition } from "./addressSpace";
import { parseRange } from "./addresses";
import { at, type Finding } from "./findings";
import { codePoints } from "./identity";
import {
  externalSeedAddress,
  externalSeedApart,
  externalSeedLetIn,
  externalSeedPublic,
  seedIsMachine,
  seedRecordCount,
  seedsGiven,
  seedsOnce,
} from "./rules/seeds";

export interface SeedsDefinition extends AddressSpaceDefinition {
  seeds?: readonly (string | undefined)[];
  externalSeeds?: readonly (string | undefined)[];
  peerSources?: readonly string[];
}

/** All that holds for the seeds of a lab with these machines. What was found wrong for its shape is undefined here. */
export function checkSeeds(definition: SeedsDefinition, machines: readonly string[]): Finding[] {
  const { seeds, externalSeeds = [] } = definition;
  const own = seeds ?? machines.slice(0, 1);
  return [
    ...(seeds ?? []).flatMap((seed, index) =>
      seed === undefined ? [] : seedIsMachine(at("seeds", index), seed, machines),
    ),
    ...seedsOnce("seeds", seeds ?? []),
    ...externalSeeds.flatMap((seed, index) =>
      seed === undefined ? [] : checkExternalSeed(at("externalSeeds", index), seed, definition),
    ),
    ...seedsOnce("externalSeeds", externalSeeds.map(canonical)),
    ...seedsGiven("seeds", own.length + externalSeeds.length, machines.length),
    ...seedRecordCount("seeds", own.length + externalSeeds.length),
  ];
}

function checkExternalSeed(path: string, seed: string, definition: SeedsDefinition): Finding[] {
  const { peerSources = [] } = definition;
  // One is judged further by what it was found to be.
  for (const findings of [
    externalSeedAddress(path, seed),
    externalSeedApart(path, seed, ownRangesOf(definition)),
    externalSeedLetIn(path, seed, peerSources),
  ]) {
    if (findings.length > 0) return findings;
  }
  return externalSeedPublic(path, seed);
}

/** The addresses behind the name by which machines find the cloud, each in one form and in one order. */
export function seedAddresses(own: readonly string[], external: readonly string[]): string[] {
  return [...own, ...external.map((seed) => canonical(seed) ?? seed)].sort(codePoints);
}

/** An address as it is always written: Azure gives it back so, too. */
function canonical(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return parseRange(address)?.address.toString() ?? address;
}

/** The machines that may be the seed: those named, else each, since the one longest in the lab may be any of them. */
export function maybeSeeds(
  seeds: readonly (string | undefined)[] | undefined,
  machines: readonly string[],
): readonly string[] {
  return seeds === undefined ? machines : machines.filter((machine) => seeds.includes(machine));
}
