import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ObservedRequest } from "../../../local/provider";
import type { LabProject } from "../labProject";
import { requestKey, type Course, type Point } from "./points";

/** Watches the requests to the providers of a lab, whichever stand-in plays them. */
export class RequestWatch {
  private underWay = 0;
  private idle: () => void = () => {};
  /** Called at every request, before it is carried out and after that. */
  listener: (request: ObservedRequest) => Promise<void> = async () => {};

  readonly observe = async (request: ObservedRequest): Promise<void> => {
    if (request.moment === "before") this.underWay += 1;
    try {
      await this.listener(request);
    } catch (error) {
      if (request.moment === "before") this.finished();
      throw error;
    } finally {
      if (request.moment === "after") this.finished();
    }
  };

  /** Resolves when what was asked for is carried out: Azure finishes what a killed engine wanted of it. */
  async settled(): Promise<void> {
    while (this.underWay > 0) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  private finished(): void {
    this.underWay -= 1;
    if (this.underWay === 0) this.idle();
  }
}

/** A run that was interrupted or came to its end, and what it went through until then. */
export interface InterruptedRun extends Course {
  output: string;
  /** Whether the point was met. */
  met: boolean;
}

/** Brings the lab up as `npm start` does, until the point, or to the end where there is none. */
export async function upUntil(
  lab: LabProject,
  watch: RequestWatch,
  point: Point | undefined,
): Promise<InterruptedRun> {
  const eventLog = path.join(lab.directory, "up.ndjson");
  fs.rmSync(eventLog, { force: true });
  fs.writeFileSync(eventLog, "");
  const before = lab.standIn.journal.read().length;
  if (point?.kind === "cut") lab.standIn.faults.add(point.fault);

  const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"];
  const child = spawn("pulumi", [...args, "--event-log", eventLog], {
    cwd: lab.directory,
    env: {
      ...process.env,
      ...lab.standIn.environment,
      PULUMI_CONTINUE_ON_ERROR: "true",
      PULUMI_DEBUG_COMMANDS: "true",
    },
    // A process group of its own, which is killed as a whole.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = once(child, "close");
  let met = false;
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null && !met) {
      met = true;
      process.kill(-child.pid!, "SIGKILL");
    }
    await ended;
  };

  const requests: string[] = [];
  let occurrences = 0;
  watch.listener = async (request) => {
    const key = requestKey(request);
    if (request.moment === "before") requests.push(key);
    if (point?.kind !== "request" || point.request !== key || point.moment !== request.moment)
      return;
    occurrences += 1;
    if (occurrences !== point.occurrence) return;
    await kill();
    if (point.moment === "before") throw new Error("The engine was killed before it asked.");
  };
  const lines = new LineCount(eventLog);
  const follow = fs.watch(eventLog, () => {
    if (point?.kind === "event" && lines.count() >= point.line) void kill();
  });
  try {
    await ended;
  } finally {
    follow.close();
    watch.listener = async () => {};
  }
  await watch.settled();
  const journal = lab.standIn.journal.read().slice(before);
  if (point?.kind === "cut") {
    met = journal.some(({ outcome }) => outcome === "cut" || outcome === "restarted");
  }
  lab.standIn.faults.clear();
  return { eventLines: lines.count(), requests, journal, output, met };
}

/** Counts the lines of a file that grows, reading each part of it once. */
class LineCount {
  private offset = 0;
  private lines = 0;

  constructor(private readonly file: string) {}

  count(): number {
    const size = fs.statSync(this.file).size;
    if (size <= this.offset) return this.lines;
    const part = Buffer.alloc(size - this.offset);
    const handle = fs.openSync(this.file, "r");
    try {
      this.offset += fs.readSync(handle, part, 0, part.length, this.offset);
    } finally {
      fs.closeSync(handle);
    }
    for (const byte of part) if (byte === 0x0a) this.lines += 1;
    return this.lines;
  }
}
