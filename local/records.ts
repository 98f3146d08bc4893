import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** A keyed collection that outlives the process: one file per record, replaced as a whole. */
export interface Records<T> {
  get(key: string): T | undefined;
  /** Returns when the record is on disk. */
  set(key: string, value: T): void;
  delete(key: string): void;
  values(): T[];
}

interface StoredRecord<T> {
  key: string;
  value: T;
}

/**
 * Opens the collection in `directory`, making the folder where it is missing. A record is written to a file of its own
 * and renamed into place, so that a killed process leaves either the old or the new one.
 */
export function openRecords<T>(directory: string): Records<T> {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const records = new Map<string, T>();
  for (const file of fs.readdirSync(directory)) {
    if (!file.endsWith(".json")) continue;
    const text = readIfThere(path.join(directory, file));
    if (text === undefined) continue;
    const stored = JSON.parse(text) as StoredRecord<T>;
    records.set(stored.key, stored.value);
  }
  const fileOf = (key: string) =>
    path.join(
      directory,
      `${crypto.createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`,
    );
  return {
    get: (key) => records.get(key),
    set(key, value) {
      records.set(key, value);
      const file = fileOf(key);
      const unfinished = `${file}.unfinished`;
      const stored: StoredRecord<T> = { key, value };
      fs.writeFileSync(unfinished, JSON.stringify(stored), { mode: 0o600 });
      fs.renameSync(unfinished, file);
    },
    delete(key) {
      records.delete(key);
      fs.rmSync(fileOf(key), { force: true });
    },
    values: () => [...records.values()],
  };
}

/** Another process, the stand-in while somebody looks, may delete a record between the listing and the reading. */
function readIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
