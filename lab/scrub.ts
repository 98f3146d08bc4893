/**
 * Takes secrets out of texts that leave the computer: those that are known, in whatever encoding a log or a program may have put
 * them, and what has the shape of a private key. Pure; nothing here is written anywhere.
 */

/** What stands where a secret was. */
export const removed = "[secret]";

export interface Scrubbed {
  text: string;
  /** How many places were replaced. */
  count: number;
}

export type Scrub = (text: string) => Scrubbed;

/** Secrets shorter than this would take ordinary words out of every text. */
export const shortestSecret = 4;

/** From this length on a secret is also found by its pieces, wherever it was cut or wrapped into lines. */
const longSecret = 64;
/** Any run of twice this length, of the letters of base64, holds a whole piece. */
const pieceLength = 12;
/** By so many characters a needle is looked up. */
const headLength = 4;

interface Needle {
  text: string;
  /** A part of a long secret: the whole run of letters around it goes. */
  isPiece: boolean;
}

/** A scrubber for these secrets, as texts in plain; built once, and used for any number of texts. */
export function scrubber(secrets: Iterable<string>): Scrub {
  const needles = new Map<string, Needle[]>();
  const known = new Set<string>();
  const add = (text: string, isPiece: boolean) => {
    if (text.length < shortestSecret || known.has(text)) return;
    known.add(text);
    const head = text.slice(0, headLength);
    needles.set(head, [...(needles.get(head) ?? []), { text, isPiece }]);
  };
  for (const secret of new Set(secrets)) {
    if (secret.length < shortestSecret) continue;
    for (const form of formsOf(secret)) add(form, false);
    if (secret.length >= longSecret) for (const piece of piecesOf(secret)) add(piece, true);
  }
  for (const same of needles.values()) same.sort((one, two) => two.text.length - one.text.length);
  return (text) => withoutShapes(withoutNeedles(text, needles));
}

function withoutNeedles(text: string, needles: ReadonlyMap<string, Needle[]>): Scrubbed {
  let result = "";
  let count = 0;
  let kept = 0;
  for (let at = 0; at + headLength <= text.length; at++) {
    const found = needles
      .get(text.slice(at, at + headLength))
      ?.find((needle) => text.startsWith(needle.text, at));
    if (!found) continue;
    let [from, to] = [at, at + found.text.length];
    if (found.isPiece) {
      while (from > kept && isOfRun(text.charCodeAt(from - 1))) from--;
      while (to < text.length && isOfRun(text.charCodeAt(to))) to++;
    }
    to += rest(text, to);
    result += text.slice(kept, from) + removed;
    count++;
    kept = to;
    at = to - 1;
  }
  return { text: result + text.slice(kept), count };
}

/** The length of what is left of a secret behind it: the last letter of base64, where its padding follows. */
function rest(text: string, at: number): number {
  return /^[A-Za-z0-9+/_-]?={1,2}/.exec(text.slice(at, at + 3))?.[0].length ?? 0;
}

/** Letters, digits and what base64, its form for URLs and percent signs add to them. */
function isOfRun(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    [37, 43, 45, 47, 61, 95].includes(code)
  );
}

/** What is a private key or an exported identity by its shape, known or not. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /<PEERIDENTITYEXPORT\b[\s\S]*?(?:<\/PEERIDENTITYEXPORT>|$)/g,
  // The same in base64 of UTF-16.
  /PABQAEUARQBSAEkARABFAE4AVABJAFQAWQ[A-Za-z0-9+/=]*/g,
  // PKCS #12 and the like: a long sequence of DER, also where it is wrapped into lines, escaped or not.
  /MII(?:[A-Za-z0-9+/=\r\n]|\\r|\\n){400,}/g,
];

function withoutShapes({ text, count }: Scrubbed): Scrubbed {
  let result = text;
  let found = count;
  for (const shape of shapes) {
    result = result.replace(shape, () => {
      found++;
      return removed;
    });
  }
  return { text: result, count: found };
}

/** A text in every encoding in which a whole secret is looked for. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const wide = Buffer.from(secret, "utf16le");
  const texts = [secret, xml(secret), json(secret), goJson(secret), asciiJson(secret)];
  return [
    ...texts,
    ...texts.map(json),
    // A lone surrogate has no form in UTF-8, in which alone a URL can hold it.
    encodeURIComponent(bytes.toString("utf8")),
    ...[bytes, wide].flatMap((one) => [...base64Forms(one), ...hexForms(one)]),
    ...base64Forms(bytes).flatMap((one) => [
      ...base64Forms(Buffer.from(one)),
      ...base64Forms(Buffer.from(one, "utf16le")),
    ]),
  ];
}

/** Pieces of what is long in a secret: itself, what it is the base64 of, and long base64 in that. */
function piecesOf(secret: string): string[] {
  const inner = Buffer.from(secret.replace(/\s/g, ""), "base64");
  const decoded = [inner.toString("latin1"), inner.toString("utf16le")];
  // Shorter ones in an export are no secret: the peer name, which the archive is about.
  const runs = [secret, ...decoded].flatMap((text) => text.match(/[A-Za-z0-9+/=]{60,}/g) ?? []);
  return [...new Set(runs)].flatMap((run) => {
    const bytes = Buffer.from(run, "base64");
    const forms = [run, encodeURIComponent(run), urlSafe(run), ...hexForms(bytes)];
    forms.push(...base64Forms(Buffer.from(run)), ...base64Forms(Buffer.from(run, "utf16le")));
    return forms.flatMap(cut);
  });
}

function cut(form: string): string[] {
  return Array.from({ length: Math.floor(form.length / pieceLength) }, (_, index) =>
    form.slice(index * pieceLength, (index + 1) * pieceLength),
  ).filter((piece) => new Set(piece).size > 4);
}

/** Base64 of the bytes wherever they stand in a longer text, without the letters that their neighbours share. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    const own = encoded.slice(Math.ceil((before * 8) / 6), end);
    return own.length < 6 ? [] : [own, urlSafe(own)];
  });
}

function hexForms(bytes: Buffer): string[] {
  const digits = bytes.toString("hex");
  return digits.length < 8 ? [] : [digits, digits.toUpperCase()];
}

const urlSafe = (text: string) => text.replaceAll("+", "-").replaceAll("/", "_");
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const escaped = (character: string) =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
const goJson = (text: string) => json(text).replace(/[<>&\u2028\u2029]/g, escaped);
const asciiJson = (text: string) => json(text).replace(/[\u007f-\uffff]/g, escaped);
const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
const xml = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!);
