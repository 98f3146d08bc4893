import * as fs from "node:fs";
import type { Usage } from "./results";

/** How often the processes are looked at, and how often new ones are looked for among all of the computer, in milliseconds. */
const lookEvery = 100;
const searchEvery = 500;

/** Linux counts a process's time in hundredths of a second for its users, whatever the kernel is built with. */
const ticksPerSecond = 100;

const hasProc = fs.existsSync("/proc/self/stat");

/** The processes that a command has started, itself included. */
export interface ProcessTree {
  /** Ends all of them at once. */
  kill(): void;
  /** Ends the watching. What all of them but the Pulumi program have used; undefined where there is no /proc. */
  end(): Usage | undefined;
}

/**
 * Watches a command and what it starts, by looking again and again: what a process used in the last moment before its end is
 * missing. The process of the Pulumi program is left out; it counts itself (programUsage.cjs).
 */
export function watchTree(root: number): ProcessTree {
  // With the time at which each began: a process that is long gone may have left its number to somebody else's.
  const tree = new Map([[root, beginOf(root)]]);
  const used = new Map<number, Usage>();
  const look = () => {
    for (const pid of tree.keys()) {
      const usage = isProgram(pid) ? undefined : usageOf(pid);
      if (usage) used.set(pid, usage);
    }
  };
  const search = () => {
    const parents = parentsOfAll();
    for (let grown = true; grown;) {
      grown = false;
      for (const [pid, parent] of parents) {
        if (!tree.has(parent) || tree.has(pid)) continue;
        tree.set(pid, beginOf(pid));
        grown = true;
      }
    }
  };
  const timers = hasProc ? [setInterval(search, searchEvery), setInterval(look, lookEvery)] : [];
  return {
    kill() {
      if (hasProc) search();
      for (const [pid, begin] of tree) if (beginOf(pid) === begin) signal(pid);
    },
    end() {
      timers.forEach(clearInterval);
      if (!hasProc) return undefined;
      const all = [...used.values()];
      return {
        cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
        peakMegabytes: all.reduce((sum, { peakMegabytes }) => sum + peakMegabytes, 0),
      };
    },
  };
}

/** What a process has used: CPU since it began, memory since it began or was last {@link forgetPeak forgotten}. */
export function usageOf(pid: number): Usage | undefined {
  const stat = statOf(pid);
  const status = readProc(pid, "status");
  if (!stat || status === undefined) return undefined;
  const peak = /^VmHWM:\s*(\d+) kB/m.exec(status);
  // A process that has ended and was not waited for has no memory any more.
  if (!peak) return undefined;
  return {
    cpuSeconds: (Number(stat[11]) + Number(stat[12])) / ticksPerSecond,
    peakMegabytes: Number(peak[1]) / 1024,
  };
}

/** The CPU seconds of a process's first thread: of Node, the one that runs its event loop. */
export function mainThreadSeconds(pid: number): number | undefined {
  const stat = statOf(pid, `task/${pid}/stat`);
  return stat && (Number(stat[11]) + Number(stat[12])) / ticksPerSecond;
}

/** Lets the most memory that a process had begin with what it has now (proc_pid_clear_refs(5)). */
export function forgetPeak(pid: number): void {
  if (!hasProc) return;
  fs.writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** When a process began, in ticks since the computer did. */
function beginOf(pid: number): string | undefined {
  return statOf(pid)?.[19];
}

function isProgram(pid: number): boolean {
  return /@pulumi\/pulumi\/cmd\/run(\/|\0)/.test(readProc(pid, "cmdline") ?? "");
}

function parentsOfAll(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of fs.readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat) parents.set(Number(name), Number(stat[1]));
  }
  return parents;
}

/** The fields of a process's stat that follow its name, from its state on (proc_pid_stat(5)). */
function statOf(pid: number, file = "stat"): string[] | undefined {
  const text = readProc(pid, file);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** Undefined for a process that is gone. */
function readProc(pid: number, name: string): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
