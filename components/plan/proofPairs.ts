/** Who of a lab tests whom: decided by keys and names alone, so that a machine that comes or goes changes little. */
import { codePoints } from "./identity";
import { seedPresence } from "./presence";

/** Of how many others a machine tests the ports, unless somebody says otherwise. */
export const defaultSample = 6;

/** By how many machines that do not hold it a name is resolved. */
export const resolversOfName = 2;

/**
 * Whose ports each machine tests: all others where there are at most `sample` of them, else the next ones in the ring of keys in
 * code-point order. So each machine is tested by as many as it tests.
 */
export function targetsOf(
  keys: readonly string[],
  sample = defaultSample,
): Record<string, string[]> {
  const ring = [...keys].sort(codePoints);
  return Object.fromEntries(
    ring.map((key, index) => [key, after(ring, index).slice(0, Math.max(0, sample))]),
  );
}

/** A name, who holds it, and who resolves it: nobody where every machine holds it. */
export interface NameProof {
  peerName: string;
  holders: string[];
  resolvers: string[];
}

/**
 * Who resolves each registered name: the next machines in the ring after a holder that do not hold it themselves. Of several
 * holders it is one that depends on the name, so that the names of one person are spread, and stays the same for as long as it
 * holds the name and none comes that fits better.
 *
 * What seeds register is resolved by everybody else: it shows that each one finds the cloud through them, and initialises its
 * cloud where there is nothing else to register or resolve.
 */
export function nameProofs(held: Readonly<Record<string, readonly string[]>>): NameProof[] {
  const ring = Object.keys(held).sort(codePoints);
  const names = [...new Set(ring.flatMap((key) => held[key]))].sort(codePoints);
  return names.map((peerName): NameProof => {
    const holders = ring.filter((key) => held[key].includes(peerName));
    const [start] = [...holders].sort(
      (one, other) =>
        scatter(`${peerName} ${one}`) - scatter(`${peerName} ${other}`) || codePoints(one, other),
    );
    const others = after(ring, ring.indexOf(start)).filter((key) => !holders.includes(key));
    return {
      peerName,
      holders,
      resolvers: isOfSeeds(peerName) ? others : others.slice(0, resolversOfName),
    };
  });
}

/**
 * Who resolves each registered name that somebody who takes part holds. Who does not take part keeps its place, as a holder and as
 * a resolver, so that nobody else tests something new for it.
 */
export function presentNameProofs(
  held: Readonly<Record<string, readonly string[]>>,
  takesPart: (key: string) => boolean,
): NameProof[] {
  return nameProofs(held).filter(({ holders }) => holders.some(takesPart));
}

/** Whether it is the name by which seeds are awake. */
export function isOfSeeds(peerName: string): boolean {
  return peerName === seedPresence.peerName;
}

/** The others in the ring, beginning with the next one. */
function after(ring: readonly string[], index: number): string[] {
  return [...ring.slice(index + 1), ...ring.slice(0, index)];
}

/** A number of 32 bits for a text, the same everywhere and for ever: FNV-1a. */
function scatter(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}
