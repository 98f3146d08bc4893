import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** Contents of files, kept once per content: a hundred machines hold the same guest files. */
export interface Blobs {
  put(content: Buffer): string;
  get(hash: string): Buffer;
  /** Removes everything that is not in `used`. */
  keep(used: ReadonlySet<string>): void;
}

export function openBlobs(directory: string): Blobs {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  return {
    put(content) {
      const hash = crypto.createHash("sha256").update(content).digest("hex");
      const file = path.join(directory, hash);
      if (!fs.existsSync(file)) {
        const unfinished = `${file}.unfinished`;
        fs.writeFileSync(unfinished, content, { mode: 0o600 });
        fs.renameSync(unfinished, file);
      }
      return hash;
    },
    get: (hash) => fs.readFileSync(path.join(directory, hash)),
    keep(used) {
      for (const file of fs.readdirSync(directory)) {
        if (!used.has(file)) fs.rmSync(path.join(directory, file), { force: true });
      }
    },
  };
}
