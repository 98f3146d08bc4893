import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { isRunning, tryLock, type Lock } from "../engine/lock";
import type { StageAttempt, StagePhase } from "./plan/record";

/** What is under way in a stage, on this computer: what `--resume` goes on from. Nothing secret. */
export interface JournalEntry {
  version: 1;
  stage: string;
  /** Name of the rollout: another one for each, the same where it is resumed. */
  rollout: string;
  command: "up" | "rollback";
  /** All stages of the rollout: those that `--resume` goes on with. Earlier versions did not write them. */
  stages?: string[];
  /** When the rollout began, ISO 8601 in UTC. */
  startedAt: string;
  phase: StagePhase;
  outcome: StageAttempt["outcome"] | "interrupted";
  /** SHA-256 over the inputs, in hex. */
  inputsDigest: string;
  /** Of a rollback: SHA-256 over the inputs that it leads to, in hex. */
  target?: string;
  /** When it came to this phase, ISO 8601 in UTC. */
  since: string;
  /** The process that is, or was, at work. */
  process: { pid: number; host: string };
}

/** The journals of a rollout's stages: one file each below `.peerlab/rollout` beside rollout.yaml. */
export interface Journal {
  /** The stage's entry; undefined where there is none. Throws where the file is not what this version writes. */
  read(stage: string): JournalEntry | undefined;
  /** Replaces the stage's entry as a whole: a process that ends meanwhile leaves the one before. */
  write(entry: Omit<JournalEntry, "version" | "process">): void;
  /** What a rollback of the stage that begins now leads to. */
  aim(stage: string, target: string): void;
  /** Takes the stage for this process, until it ends or gives it free. */
  take(stage: string): Lock;
  /** The folder of everything that belongs to the stage, made where it is missing. */
  folderOf(stage: string): string;
}

/** @param folder the folder of rollout.yaml */
export function openJournal(folder: string): Journal {
  const root = path.join(folder, ".peerlab", "rollout");
  const fileOf = (stage: string) => path.join(root, `${stage}.json`);
  const targets = new Map<string, string>();
  return {
    aim: (stage, target) => void targets.set(stage, target),
    read: (stage) => readEntry(fileOf(stage)),
    write(entry) {
      fs.mkdirSync(root, { recursive: true, mode: 0o700 });
      const own = { pid: process.pid, host: os.hostname() };
      const target = targets.get(entry.stage);
      const all = { version: 1, ...entry, ...(target && { target }), process: own };
      const text = JSON.stringify(all, undefined, 2);
      writeAtomically(fileOf(entry.stage), `${text}\n`);
    },
    take(stage) {
      fs.mkdirSync(root, { recursive: true, mode: 0o700 });
      return tryLock(path.join(root, `${stage}.lock`));
    },
    folderOf(stage) {
      const own = path.join(root, stage);
      fs.mkdirSync(own, { recursive: true, mode: 0o700 });
      return own;
    },
  };
}

/** Whether the process that wrote the entry has ended without having ended the stage. */
export function isAbandoned({ process: { pid, host } }: JournalEntry): boolean {
  return host !== os.hostname() || pid === process.pid || !isRunning(pid);
}

/** Replaces a file as a whole. */
export function writeAtomically(file: string, text: string): void {
  const draft = `${file}.${process.pid}.unfinished`;
  fs.writeFileSync(draft, text, {
    mode: fs.existsSync(file) ? fs.statSync(file).mode : 0o600,
    flush: true,
  });
  fs.renameSync(draft, file);
}

function readEntry(file: string): JournalEntry | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const entry = JSON.parse(text) as JournalEntry;
  if (entry.version !== 1) {
    throw new Error(
      `${file} is of version ${String(entry.version)}; this program reads version 1.`,
    );
  }
  return entry;
}
