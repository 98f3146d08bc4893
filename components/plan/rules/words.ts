import { oneOf, received } from "../findings";

/** What to say of a word that is not among those allowed; nothing of one that is. */
export function notAmong(value: string, allowed: readonly string[]): string[] {
  return allowed.includes(value) ? [] : [`is ${received(value)}; allowed are ${oneOf(allowed)}`];
}
