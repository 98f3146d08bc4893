import type { GuestFailure } from "./contract";

/**
 * Finds the last line of standard error of a guest command in an error's text, which quotes it among other output: a JSON
 * object with `code`, `message` and `hint`.
 */
export function findGuestFailure(text: string): GuestFailure | undefined {
  for (const line of text.split("\n")) {
    // Other output may stand before the object, and braces in that.
    for (let start = line.indexOf("{"); start >= 0; start = line.indexOf("{", start + 1)) {
      const value = parseObject(line.slice(start, line.lastIndexOf("}") + 1));
      if (isGuestFailure(value)) return value;
    }
  }
  return undefined;
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isGuestFailure(value: unknown): value is GuestFailure {
  if (typeof value !== "object" || value === null) return false;
  const { code, message, hint } = value as Partial<GuestFailure>;
  return [code, message, hint].every((part) => typeof part === "string");
}
