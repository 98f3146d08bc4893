import * as fs from "node:fs";
import * as path from "node:path";
import type { Engine } from "../engine";
import { isRunning, lockHolder, tryLock } from "../engine/lock";
import { partsOf } from "./directory";
import type { JumpHostSetting } from "./environment";

/**
 * What a stand-in that runs lays open for the user's other commands, which make their own environment of it. Holds the jump
 * host's password: its file is the user's alone.
 */
export interface Session {
  /** The process that serves. */
  pid: number;
  engine: Engine;
  /** Providers the engine attaches to: name and port. */
  providers: Record<string, number>;
  /** Where Azure Resource Manager is played. */
  resourceManager: string;
  jumpHost: JumpHostSetting;
}

/** Thrown where a directory is already served by another process. */
export class StandInRunningError extends Error {
  constructor(directory: string, pid: number | undefined) {
    const who = pid === undefined ? "another process" : `process ${pid}`;
    super(`The local stand-in in ${directory} is already running (${who}).`);
    this.name = "StandInRunningError";
  }
}

/** Takes the directory for this process. Throws {@link StandInRunningError} where another one has it. */
export function takeDirectory(directory: string): () => void {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = tryLock(partsOf(directory).lock);
  if (!lock.acquired) throw new StandInRunningError(directory, lock.holder?.pid);
  return lock.release;
}

/** Makes the session known to other processes; the result withdraws it. */
export function publishSession(directory: string, session: Session): () => void {
  const { session: file, guests } = partsOf(directory);
  fs.rmSync(guests, { recursive: true, force: true });
  fs.mkdirSync(guests, { recursive: true, mode: 0o700 });
  const draft = `${file}.unfinished`;
  fs.writeFileSync(draft, JSON.stringify(session), { mode: 0o600 });
  fs.renameSync(draft, file);
  return () => fs.rmSync(file, { force: true });
}

/**
 * The session of the process that serves the directory, or `undefined` where none does. Waits while that process is
 * still starting.
 */
export async function findSession(directory: string): Promise<Session | undefined> {
  const { session: file, lock } = partsOf(directory);
  for (;;) {
    const holder = lockHolder(lock);
    if (!holder) return undefined;
    const session = readSession(file);
    if (session?.pid === holder.pid) return session;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Notes that this process uses another one's session, which then outlasts it; the result takes the note back. */
export function joinSession(directory: string): () => void {
  const note = path.join(partsOf(directory).guests, String(process.pid));
  fs.writeFileSync(note, "");
  const leave = () => {
    process.off("exit", leave);
    fs.rmSync(note, { force: true });
  };
  process.on("exit", leave);
  return leave;
}

/** The processes that use this session now. */
export function sessionGuests(directory: string): number[] {
  const { guests } = partsOf(directory);
  if (!fs.existsSync(guests)) return [];
  return fs.readdirSync(guests).map(Number).filter(isRunning);
}

function readSession(file: string): Session | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as Session;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
