/** Finds secrets in whatever a lab leaves behind: bytes in, names of secrets and encodings out, never the secrets. */

/** A secret that must not be found anywhere. */
export interface KnownSecret {
  name: string;
  /** Its bytes; a text in UTF-8. */
  bytes: Buffer;
  /**
   * Long secrets count as found when any piece of them is: of this many bytes, at every multiple of it. So a part of twice
   * that length is found wherever it was cut out, and one that was wrapped into lines too. Absent: only the whole.
   */
  piece?: number;
}

/** A secret that was found. */
export interface FoundSecret {
  secret: string;
  encoding: string;
  offset: number;
}

type Encode = (bytes: Buffer) => Buffer[];

/** Base64 of the bytes wherever they stand in a longer text, without the characters that their neighbours share. */
function base64Anywhere(bytes: Buffer): Buffer[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const own = Math.floor(((before + bytes.length) * 8) / 6);
    return Buffer.from(encoded.slice(Math.ceil((before * 8) / 6), own));
  });
}

const urlSafe = (text: Buffer) =>
  Buffer.from(text.toString("latin1").replaceAll("+", "-").replaceAll("/", "_"));

const utf16 = (bytes: Buffer) => Buffer.from(bytes.toString("utf8"), "utf16le");

const isText = (bytes: Buffer) => Buffer.from(bytes.toString("utf8")).equals(bytes);

const json = (text: string) => JSON.stringify(text).slice(1, -1);

/** As Go writes JSON, with what could be HTML escaped. */
const goJson = (text: string) =>
  json(text).replace(/[<>&\u2028\u2029]/g, (character) => escaped(character));

const asciiJson = (text: string) =>
  json(text).replace(/[\u007f-\uffff]/g, (character) => escaped(character));

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const ofText =
  (encode: (text: string) => string): Encode =>
  (bytes) =>
    isText(bytes) ? [Buffer.from(encode(bytes.toString("utf8")))] : [];

/** Every encoding that is looked for; those of texts give nothing for bytes that are none. */
export const encodings: Readonly<Record<string, Encode>> = {
  plain: (bytes) => [bytes],
  base64: base64Anywhere,
  "base64 for URLs": (bytes) => base64Anywhere(bytes).map(urlSafe),
  "base64 of base64": (bytes) => base64Anywhere(bytes).flatMap(base64Anywhere),
  "hex, lower case": (bytes) => [Buffer.from(bytes.toString("hex"))],
  "hex, upper case": (bytes) => [Buffer.from(bytes.toString("hex").toUpperCase())],
  "UTF-16": (bytes) => (isText(bytes) ? [utf16(bytes)] : []),
  "base64 of UTF-16": (bytes) => (isText(bytes) ? base64Anywhere(utf16(bytes)) : []),
  "hex of UTF-16": (bytes) => {
    if (!isText(bytes)) return [];
    const digits = utf16(bytes).toString("hex");
    return [Buffer.from(digits), Buffer.from(digits.toUpperCase())];
  },
  "UTF-16 of base64": (bytes) => base64Anywhere(bytes).map(utf16),
  // What an exported identity is to the stack.
  "base64 of UTF-16 of base64": (bytes) => base64Anywhere(bytes).map(utf16).flatMap(base64Anywhere),
  JSON: ofText(json),
  "JSON of Go": ofText(goJson),
  "JSON in ASCII": ofText(asciiJson),
  "JSON in JSON": ofText((text) => json(json(text))),
  "JSON of Go in JSON": ofText((text) => json(goJson(text))),
  "URL-encoded": ofText(encodeURIComponent),
};

/** Shorter needles than this would be found by chance. */
const shortest = 8;

interface Needle {
  secret: string;
  encoding: string;
  bytes: Buffer;
}

/** Compares any number of bytes with the secrets in all encodings, at about the speed of reading them. */
export class SecretScanner {
  private readonly byBeginning = new Map<number, Needle[]>();
  /** Which beginnings of four bytes there are, so that hardly any position has to be looked up. */
  private readonly beginnings = new Uint8Array(1 << 20);

  /** Throws where a secret is too short to be told from other text. */
  constructor(secrets: readonly KnownSecret[]) {
    const seen = new Set<string>();
    for (const secret of secrets) {
      if (secret.bytes.length < shortest) {
        throw new Error(`${secret.name} has ${secret.bytes.length} bytes, fewer than ${shortest}.`);
      }
      for (const piece of piecesOf(secret)) {
        for (const [encoding, encode] of Object.entries(encodings)) {
          for (const bytes of encode(piece)) {
            const key = bytes.toString("latin1");
            if (bytes.length < shortest || seen.has(key)) continue;
            seen.add(key);
            this.add({ secret: secret.name, encoding, bytes });
          }
        }
      }
    }
  }

  /** The first place of each secret in each encoding. */
  scan(content: Buffer): FoundSecret[] {
    const found = new Map<string, FoundSecret>();
    let window = 0;
    for (let index = 0; index < content.length; index++) {
      window = ((window << 8) | content[index]) >>> 0;
      if (index < 3 || this.beginnings[slot(window)] === 0) continue;
      const offset = index - 3;
      for (const { secret, encoding, bytes } of this.byBeginning.get(window) ?? []) {
        const key = `${secret}\0${encoding}`;
        if (found.has(key)) continue;
        if (bytes.compare(content, offset, Math.min(offset + bytes.length, content.length)) === 0) {
          found.set(key, { secret, encoding, offset });
        }
      }
    }
    return [...found.values()];
  }

  private add(needle: Needle): void {
    const beginning = needle.bytes.readUInt32BE(0);
    this.beginnings[slot(beginning)] = 1;
    const same = this.byBeginning.get(beginning);
    if (same) same.push(needle);
    else this.byBeginning.set(beginning, [needle]);
  }
}

function slot(window: number): number {
  return Math.imul(window, 0x9e3779b1) >>> 12;
}

function piecesOf({ bytes, piece }: KnownSecret): Buffer[] {
  if (piece === undefined || bytes.length <= piece) return [bytes];
  return Array.from({ length: Math.floor(bytes.length / piece) }, (_, index) =>
    bytes.subarray(index * piece, (index + 1) * piece),
  );
}
