import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** Contents of files, kept once per content: a hundred machines hold the same guest files. */
export interface Blobs {
  put(content: Buffer): string;
  /** A buffer of the caller's own. */
  get(hash: string): Buffer;
  /** Removes everything that is not in `used`. */
  keep(used: ReadonlySet<string>): void;
  remove(hash: string): void;
}

/** So many bytes of small files are held in memory: the guest files, and what each machine's holder reads again and again. */
const mostHeld = 32_000_000;
const longestHeld = 262_144;

export function openBlobs(directory: string): Blobs {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const held = new Map<string, Buffer>();
  let size = 0;
  const hold = (hash: string, content: Buffer) => {
    if (content.length > longestHeld || held.has(hash)) return;
    if (size + content.length > mostHeld) {
      held.clear();
      size = 0;
    }
    held.set(hash, Buffer.from(content));
    size += content.length;
  };
  const remove = (hash: string) => {
    size -= held.get(hash)?.length ?? 0;
    held.delete(hash);
    fs.rmSync(path.join(directory, hash), { force: true });
  };
  return {
    put(content) {
      const hash = crypto.createHash("sha256").update(content).digest("hex");
      if (held.has(hash)) return hash;
      const file = path.join(directory, hash);
      if (!fs.existsSync(file)) {
        const unfinished = `${file}.unfinished`;
        fs.writeFileSync(unfinished, content, { mode: 0o600 });
        fs.renameSync(unfinished, file);
      }
      hold(hash, content);
      return hash;
    },
    get(hash) {
      const known = held.get(hash);
      if (known) return Buffer.from(known);
      const content = fs.readFileSync(path.join(directory, hash));
      hold(hash, content);
      return content;
    },
    keep(used) {
      for (const file of fs.readdirSync(directory)) {
        if (!used.has(file)) remove(file);
      }
    },
    remove,
  };
}
