import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { GuestAction, PresenceFacts } from "../../../guest/contract";
import { memoryFolder } from "../../memoryFolder";
import { temporaryFolder } from "../native/build";
import type { ProcessReport } from "../native/reports";
import type { Report } from "../suite/subject";
import type { MonoDriver } from "./build";

/** Machines of one network whose presence holder runs under mono, over the native double. */
export interface HolderNetwork {
  machine(name: string, address: string): HolderMachine;
  /** Ends every process that is left, and removes all files. */
  close(): void;
}

export interface HolderMachine {
  readonly directory: string;
  /** Settings and faults of the double, one a line, from now on for every process of the machine. */
  set(...settings: string[]): void;
  /** Runs an action; its report. */
  run(action: GuestAction, request: object): Promise<Report>;
  /** Writes `presence.json` as PowerShell does: the new file takes the place of the old one. */
  want(state: object | string | undefined): void;
  startHolder(): Holder;
  /** What `Get-PeerPresence` says. */
  facts(): PresenceFacts;
  /** What the holder wrote last; undefined where there is no state. */
  state(): HolderState | undefined;
  /** Waits until the holder's state is as wanted, for at most 40 seconds. */
  awaitState(what: string, holds: (state: HolderState) => boolean): Promise<HolderState>;
  log(): string;
}

export interface HolderState extends Omit<PresenceFacts, "holder" | "runsAs"> {
  processId: number;
  time: string;
}

export interface Holder {
  /** Ends with the process; its exit code, null where it was killed. */
  readonly ended: Promise<number | null>;
  /** Asks it to end, and returns what the double says it left open. */
  stop(): Promise<ProcessReport>;
  kill(): Promise<void>;
}

const limitMilliseconds = 40_000;

export function openHolderNetwork(driver: MonoDriver): HolderNetwork {
  const folder = temporaryFolder("peerlab-holder-", memoryFolder());
  const children = new Set<ChildProcessWithoutNullStreams>();
  return {
    machine: (name, address) => openMachine(driver, folder, name, address, children),
    close() {
      for (const child of children) child.kill("SIGKILL");
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

function openMachine(
  { program, native }: MonoDriver,
  network: string,
  name: string,
  address: string,
  children: Set<ChildProcessWithoutNullStreams>,
): HolderMachine {
  const folder = path.join(network, name);
  const directory = path.join(folder, "PeerLab");
  const user = path.join(folder, "user");
  const control = path.join(folder, "control");
  const reports = path.join(folder, "reports");
  for (const made of [path.join(directory, "work"), user]) fs.mkdirSync(made, { recursive: true });
  const set = (...settings: string[]) => {
    // In one step: a process may read it at any time.
    fs.writeFileSync(`${control}.new`, ["connect-patience=200", ...settings, ""].join("\n"));
    fs.renameSync(`${control}.new`, control);
  };
  set();
  const environment = {
    ...process.env,
    ...native.environment,
    PEER_DOUBLE_USER: user,
    PEER_DOUBLE_NETWORK: path.join(network, "network"),
    PEER_DOUBLE_MACHINE: name,
    PEER_DOUBLE_ADDRESSES: address,
    PEER_DOUBLE_CONTROL: control,
    PEER_DOUBLE_REPORT: reports,
  };
  const stateFile = path.join(directory, "work", "presence-state.json");
  const state = () =>
    fs.existsSync(stateFile)
      ? (JSON.parse(fs.readFileSync(stateFile, "utf8")) as HolderState)
      : undefined;
  const log = () => {
    const file = path.join(directory, "work", "holder.log");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  };
  const start = (...programArguments: string[]) => {
    const child = spawn("mono", [program, ...programArguments], { env: environment });
    children.add(child);
    child.on("close", () => children.delete(child));
    child.stdin.on("error", () => {});
    child.stderr.setEncoding("utf8").on("data", (text: string) => process.stderr.write(text));
    return child;
  };
  const reportOf = (processId: number) =>
    fs
      .readFileSync(reports, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as ProcessReport & { process: number })
      .findLast((report) => report.process === processId)!;

  return {
    directory,
    set,
    async run(action, request) {
      const child = start();
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
      child.stdin.end(JSON.stringify({ action, request, directory, openedIn: "session" }));
      await new Promise((resolve) => child.on("close", resolve));
      const answer = JSON.parse(output) as { report?: Report };
      if (answer.report === undefined) throw new Error(`${action} failed: ${output}`);
      return answer.report;
    },
    want(wanted) {
      const file = path.join(directory, "presence.json");
      if (wanted === undefined) return fs.rmSync(file);
      const text = typeof wanted === "string" ? wanted : JSON.stringify(wanted);
      fs.writeFileSync(`${file}.new`, text);
      fs.renameSync(`${file}.new`, file);
    },
    startHolder() {
      const child = start("hold", directory);
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      child.stdout.resume();
      return {
        ended,
        async stop() {
          child.stdin.end();
          await ended;
          return reportOf(child.pid!);
        },
        async kill() {
          child.kill("SIGKILL");
          await ended;
        },
      };
    },
    facts() {
      const { stdout, stderr } = spawnSync("mono", [program, "facts", directory], {
        env: environment,
        encoding: "utf8",
      });
      if (stderr !== "") throw new Error(stderr);
      return JSON.parse(stdout) as PresenceFacts;
    },
    state,
    async awaitState(what, holds) {
      const deadline = Date.now() + limitMilliseconds;
      for (;;) {
        const now = state();
        if (now !== undefined && holds(now)) return now;
        if (Date.now() > deadline) {
          throw new Error(`Not ${what}: ${JSON.stringify(now)}; the log: ${log()}`);
        }
        await wait(100);
      }
    },
    log,
  };
}

/** Asks the pure functions of the holder; one answer for each question. */
export function decide(driver: MonoDriver, questions: object[]): unknown[] {
  const { stdout, stderr, status } = spawnSync("mono", [driver.program, "decide"], {
    env: { ...process.env, ...driver.native.environment },
    input: questions.map((question) => JSON.stringify(question) + "\n").join(""),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}
