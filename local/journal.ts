import * as fs from "node:fs";
import * as path from "node:path";

/** One thing that happened in the stand-in. Never holds standard input, passwords or other secrets. */
export interface JournalEntry {
  /** ISO time. */
  time: string;
  /**
   * `azure`: a request of the engine that had an effect or was refused; `runCommand`: a managed run command on a machine;
   * `ssh`: a connection, logon or refusal; `command`: a command line that ran on a machine; `copy`: a file that arrived;
   * `machine`: power, boot, loss.
   */
  kind: "azure" | "runCommand" | "ssh" | "command" | "copy" | "machine";
  /** The machine's computer name or the resource's id. */
  subject: string;
  /** What happened, one line: `create`, `logon refused`, the command line itself. */
  what: string;
  /** How it ended: `ok`, an exit code, an error code. */
  outcome?: string;
  /** Further details that are safe to show. */
  detail?: string;
}

export interface Journal {
  write(entry: Omit<JournalEntry, "time">): void;
  /** Everything since the state was made, oldest first. */
  read(): JournalEntry[];
  /** Calls `listener` for every later entry; returns the function that ends it. */
  listen(listener: (entry: JournalEntry) => void): () => void;
}

/** The journal kept in `directory/journal.ndjson`: one JSON object a line, only ever appended to. */
export function openJournal(directory: string): Journal {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, "journal.ndjson");
  const listeners = new Set<(entry: JournalEntry) => void>();
  return {
    write(entry) {
      const complete: JournalEntry = { time: new Date().toISOString(), ...entry };
      fs.appendFileSync(file, `${JSON.stringify(complete)}\n`, { mode: 0o600 });
      for (const listener of listeners) listener(complete);
    },
    read: () =>
      fs.existsSync(file)
        ? fs
            .readFileSync(file, "utf8")
            .split("\n")
            .filter((line) => line.endsWith("}"))
            .map((line) => JSON.parse(line) as JournalEntry)
        : [],
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
