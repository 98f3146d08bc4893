/**
 * How wide a text is at most. Who draws the map does not have the reader's fonts: widths are those of DejaVu Sans Bold, wider than
 * what systems show by default, in parts of the font size; what is not in the table is taken for as wide as it is high.
 */
const narrow = /[ijlI.,:;|!'`]/;
const small = /[\sftrJ()[\]{}/\\-]/;
const wide = /[mwMW%@]/;
const upper = /[A-Z&+<>=#~]/;
const ordinary = /[a-z0-9_?*$"^]/;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What a reader takes for single characters. */
function charactersOf(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

function widthOf(character: string): number {
  if (/^[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]$/.test(character)) return 0;
  if (character.length > 1) return 1.45;
  if (narrow.test(character)) return 0.41;
  if (small.test(character)) return 0.5;
  if (ordinary.test(character)) return 0.73;
  if (upper.test(character)) return 0.87;
  if (wide.test(character)) return 1.12;
  return 1.15;
}

export interface FontOptions {
  /** In pixels. */
  size: number;
  /** Every character of a fixed width. */
  mono?: boolean;
}

/** At most how wide a text is, in pixels. */
export function textWidth(text: string, { size, mono = false }: FontOptions): number {
  const each = (character: string) =>
    mono && /^[\x20-\x7e]$/.test(character) ? 0.62 : widthOf(character);
  return charactersOf(text).reduce((sum, character) => sum + each(character), 0) * size;
}

/** The text, or as much of it as fits with an ellipsis: at its end, or in its middle, for what differs at both ends. */
export function clipped(
  text: string,
  width: number,
  font: FontOptions & { middle?: boolean },
): string {
  // A text of any length is looked at only as far as it can be seen.
  const characters = charactersOf(text.slice(0, 2000));
  if (text.length <= 2000 && textWidth(text, font) <= width) return text;
  const room = width - textWidth("…", font);
  const [head, tail]: [string[], string[]] = [[], []];
  let [used, from, to] = [0, 0, characters.length];
  while (from < to) {
    const atEnd = font.middle === true && tail.length * 2 < head.length;
    const next = characters[atEnd ? to - 1 : from];
    used += textWidth(next, font);
    if (used > room) break;
    if (atEnd) tail.unshift(characters[--to]);
    else head.push(characters[from++]);
  }
  return `${head.join("")}…${tail.join("")}`;
}
