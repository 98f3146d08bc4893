import { isSecretPath, oneOf, received } from "../findings";

/** What to say of a word at a path that is not among those allowed; nothing of one that is. */
export function notAmong(path: string, value: string, allowed: readonly string[]): string[] {
  if (allowed.includes(value)) return [];
  const shown = isSecretPath(path) ? "(not shown)" : `is ${received(value)}`;
  return [`${shown}; allowed are ${oneOf(allowed)}`];
}
