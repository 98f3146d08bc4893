import * as fc from "fast-check";

/** The value, or nothing: half of the time each. */
export const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });
