import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { interrupted, judged, passed, type PhaseContext, type PhaseResult } from "./phase";

/**
 * Runs the user's command in the project's folder, under the stage's environment and without a shell. What it says is kept in a
 * file: it may be anything, and is in no report.
 */
export async function commandPhase(phase: PhaseContext): Promise<PhaseResult> {
  const { context, stage, rollout, folder } = phase;
  const gate = stage.definition.gates.command;
  if (!gate) return passed;
  if (context.signal.aborted) return interrupted("command");
  const file = path.join(folder, "command.log");
  const [program, ...args] = gate.run;
  const log = fs.openSync(file, "w", 0o600);
  const own = { PEERLAB_ROLLOUT: rollout, PEERLAB_ROLLOUT_STAGE: stage.name };
  const child = spawn(program, args, {
    cwd: stage.project,
    env: { ...stage.environment, ...own },
    stdio: ["ignore", log, log],
    // A group of its own, so that what it starts ends with it.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  fs.closeSync(log);
  let timedOut = false;
  let last: NodeJS.Timeout | undefined;
  const end = () => {
    endGroup(child.pid, "SIGTERM");
    last ??= setTimeout(() => endGroup(child.pid, "SIGKILL"), graceMilliseconds);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, gate.timeoutSeconds * 1000);
  context.signal.addEventListener("abort", end);
  process.on("exit", end);
  try {
    const ended = await new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`cannot be started: ${error.message}`));
      child.once("exit", (code, signal) =>
        resolve(code === 0 ? "" : `ended with ${code ?? signal}`),
      );
    });
    if (context.signal.aborted) return interrupted("command");
    if (ended === "") return passed;
    const why = timedOut ? `did not end within ${gate.timeoutSeconds} s` : ended;
    const message = `the command ${JSON.stringify(program)} ${why}; what it said is in ${file}`;
    return judged([{ phase: "command", message }]);
  } finally {
    clearTimeout(timer);
    clearTimeout(last);
    context.signal.removeEventListener("abort", end);
    process.off("exit", end);
  }
}

/** How long a command may take to end after it was asked to. */
const graceMilliseconds = 10_000;

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
