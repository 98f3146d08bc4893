/** Text as it goes into HTML and SVG. */

/**
 * A text between tags or in a quoted attribute. What XML 1.0 does not know, such as control characters and halves of a character,
 * becomes U+FFFD.
 */
export function escaped(text: string): string {
  return text
    .replace(notXml, "\uFFFD")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

// With the flag u, a surrogate stands for itself only where it has no other half.
const notXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/**
 * A name in a line of others: one that is written from right to left does not turn the rest around. Unicode's isolates, which
 * SVG has no element for.
 */
export function isolated(text: string): string {
  return `\u2068${text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`;
}

/** `1 machine`, `2 machines`. */
export function counted(number: number, one: string, more = `${one}s`): string {
  return `${number} ${number === 1 ? one : more}`;
}

/** A time of ISO 8601 for people: `2026-11-23 22:10 UTC`; as it is where it is none. */
export function timeWords(time: string): string {
  const parsed = new Date(time);
  if (Number.isNaN(parsed.getTime())) return time;
  return `${parsed.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
