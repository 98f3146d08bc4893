import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline";
import { memoryFolder } from "../../memoryFolder";
import { temporaryFolder } from "../native/build";
import { openIn, type ProcessReport } from "../native/reports";
import type { InteropProgram } from "./build";

/** A network of machines, each with one user; several processes can be opened on a machine. */
export class InteropNetwork {
  private readonly folder = temporaryFolder("peerlab-interop-network-", memoryFolder());
  private readonly callers: Caller[] = [];
  private machines = 0;

  constructor(private readonly interop: InteropProgram) {}

  /** Where a machine keeps its user's store. */
  user(machine: string): string {
    const folder = path.join(this.folder, machine);
    fs.mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** A process on a machine; `settings` are those of the native double. */
  open(machine: string, settings: string[] = [], environment: Record<string, string> = {}): Caller {
    const address = path.join(this.user(machine), "address");
    if (!fs.existsSync(address)) fs.writeFileSync(address, `fd00::${++this.machines}`);
    const caller = new Caller(this.interop, {
      PEER_DOUBLE_USER: this.user(machine),
      PEER_DOUBLE_NETWORK: path.join(this.folder, "network"),
      PEER_DOUBLE_MACHINE: machine,
      PEER_DOUBLE_ADDRESSES: fs.readFileSync(address, "utf8"),
      PEER_DOUBLE_SETTINGS: settings.join(";"),
      ...environment,
    });
    this.callers.push(caller);
    return caller;
  }

  /** Ends all processes and fails where one of them kept anything or used the API wrongly. */
  async close(): Promise<void> {
    const left: string[] = [];
    for (const caller of this.callers.splice(0)) {
      const report = await caller.close();
      if (report === undefined) continue;
      const open = openIn(report);
      if (open.length > 0 || report.errors.length > 0)
        left.push(JSON.stringify([open, report.errors]));
    }
    fs.rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`Processes kept what was not theirs: ${left.join("; ")}`);
  }
}

/** A call that answered with a failing HRESULT. */
export class CallFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A process of mono that runs the wrappers of guest/PeerLab, one command after another. */
export class Caller {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: ((line: string | undefined) => void)[] = [];
  private readonly ended: Promise<number | null>;
  private readonly reportFile: string;
  /** What the process wrote on standard error. */
  errorOutput = "";

  constructor({ program, native }: InteropProgram, environment: Record<string, string>) {
    this.reportFile = path.join(temporaryFolder("peerlab-interop-report-"), "report");
    this.child = spawn("mono", [program], {
      env: {
        ...process.env,
        ...native.environment,
        PEER_DOUBLE_REPORT: this.reportFile,
        ...environment,
      },
    });
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.errorOutput += text));
    this.child.stdin.on("error", () => undefined);
    readline
      .createInterface({ input: this.child.stdout })
      .on("line", (line) => this.waiting.shift()?.(line));
    this.ended = new Promise((resolve) =>
      this.child.on("close", (code) => {
        resolve(code);
        for (const waiting of this.waiting.splice(0)) waiting(undefined);
      }),
    );
  }

  /** Runs a command of Interop.cs; null is a NULL text. Throws {@link CallFailure} for a failing HRESULT. */
  async call(command: string, ...parameters: (string | null)[]): Promise<string[]> {
    const encoded = [command, ...parameters].map((text) =>
      text === null ? "-" : Buffer.from(text, "utf8").toString("base64"),
    );
    const answer = new Promise<string | undefined>((resolve) => this.waiting.push(resolve));
    this.child.stdin.write(`${encoded.join("\t")}\n`);
    const line = await answer;
    if (line === undefined) throw new Error(`The process ended: ${this.errorOutput}`);
    const [verdict, ...fields] = line
      .split("\t")
      .map((field, index) => (index === 0 ? field : Buffer.from(field, "base64").toString("utf8")));
    if (verdict === "failed") throw new CallFailure(fields[0]!, fields[1]!);
    return fields;
  }

  /** The first field of a command's answer. */
  async one(command: string, ...parameters: (string | null)[]): Promise<string> {
    return (await this.call(command, ...parameters))[0]!;
  }

  /** The name of the HRESULT that a command fails with; `S_OK` where it does not. */
  async code(command: string, ...parameters: (string | null)[]): Promise<string> {
    try {
      await this.call(command, ...parameters);
      return "S_OK";
    } catch (failure) {
      if (failure instanceof CallFailure) return failure.code;
      throw failure;
    }
  }

  /** Repeats a command until its answer is as wanted; fails after ten seconds. */
  async until(
    isWanted: (fields: string[]) => boolean,
    command: string,
    ...parameters: (string | null)[]
  ): Promise<string[]> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const fields = await this.call(command, ...parameters);
      if (isWanted(fields)) return fields;
      if (Date.now() > deadline) throw new Error(`${command} answers ${JSON.stringify(fields)}.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What the double says of the process while it runs. */
  async report(): Promise<ProcessReport> {
    return JSON.parse(await this.one("report")) as ProcessReport;
  }

  /** The exit code; the process has to end by itself. */
  async exitCode(): Promise<number | null> {
    return this.ended;
  }

  /** Ends the process as a crash does. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  /** Ends the process properly; its last report, undefined where it came to no proper end. */
  async close(): Promise<ProcessReport | undefined> {
    this.child.stdin.end();
    await this.ended;
    if (!fs.existsSync(this.reportFile)) return undefined;
    return JSON.parse(fs.readFileSync(this.reportFile, "utf8")) as ProcessReport;
  }
}
