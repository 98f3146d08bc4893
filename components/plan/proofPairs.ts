/** Who of a lab tests whom: decided by keys and names alone, so that a machine that comes or goes changes little. */
import { codePoints } from "./identity";

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
    return { peerName, holders, resolvers: others.slice(0, resolversOfName) };
  });
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
