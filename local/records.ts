import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

/** A keyed collection that outlives the process: one file per record. */
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
 * How often what is stored a file may hold, in bytes of the record that is stored now, before it is written anew. To replace a
 * file costs a file system many times what it costs to write on at its end: the content goes to the disk itself before the name.
 */
const longestHistory = 16;

/**
 * Opens the collection in `directory`, making the folder where it is missing. A file holds one JSON object a line, of which the
 * last counts: a change of a record is written behind the earlier ones. From time to time, and at the first change in this
 * process, a new file is written and renamed into place. So a killed process leaves either the old record or the new one: a
 * line without its end is none.
 */
export function openRecords<T>(directory: string): Records<T> {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const records = new Map<string, T>();
  for (const file of fs.readdirSync(directory)) {
    if (!file.endsWith(".json")) continue;
    const text = readIfThere(path.join(directory, file));
    if (text === undefined) continue;
    const stored = JSON.parse(lastLine(text)) as StoredRecord<T>;
    records.set(stored.key, stored.value);
  }
  const fileOf = (key: string) =>
    path.join(
      directory,
      `${crypto.createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`,
    );
  /** By key: the file that this process has written whole, and how long it is. */
  const written = new Map<string, { file: string; length: number }>();
  return {
    get: (key) => records.get(key),
    set(key, value) {
      records.set(key, value);
      const stored: StoredRecord<T> = { key, value };
      const line = `${JSON.stringify(stored)}\n`;
      const { file, length } = written.get(key) ?? { file: fileOf(key), length: Infinity };
      // What is there after a write that failed is not known.
      written.delete(key);
      if (length + line.length <= longestHistory * line.length) {
        fs.appendFileSync(file, line, { mode: 0o600 });
        written.set(key, { file, length: length + line.length });
        return;
      }
      const unfinished = `${file}.unfinished`;
      fs.writeFileSync(unfinished, line, { mode: 0o600 });
      fs.renameSync(unfinished, file);
      written.set(key, { file, length: line.length });
    },
    delete(key) {
      records.delete(key);
      fs.rmSync(written.get(key)?.file ?? fileOf(key), { force: true });
      written.delete(key);
    },
    values: () => [...records.values()],
  };
}

/** The last line that has its end; the whole text of an older version, which wrote one object without it. */
function lastLine(text: string): string {
  const end = text.lastIndexOf("\n");
  return end === -1 ? text : text.slice(text.lastIndexOf("\n", end - 1) + 1, end);
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
