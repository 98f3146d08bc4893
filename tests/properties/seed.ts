import type * as fc from "fast-check";

/**
 * How often a property is tried, and from which seed: that of PEERLAB_PROPERTY_SEED, which repeats a run, or a new one. Where a
 * property fails, fast-check prints the seed.
 */
export function tries<T>(numRuns: number): fc.Parameters<T> {
  const seed = process.env.PEERLAB_PROPERTY_SEED;
  return { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) };
}
