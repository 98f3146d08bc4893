import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readPath } from "../engine/installed";

/** How long a command may take to end after a SIGTERM was passed on to it, in milliseconds. */
const gracePeriod = 10_000;

/**
 * Runs a command on our own terminal and returns its exit code, by the shells' rules: 127 where it is not found, 128 + the
 * signal's number where a signal ended it. Ctrl-C is the command's own affair (the terminal sends it there too); SIGTERM
 * and SIGHUP are passed on. Returns only when the command has ended.
 */
export async function runInForeground(
  command: string,
  args: string[],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const child = start(command, args, environment);
  let timer: NodeJS.Timeout | undefined;
  const ignore = () => {};
  const passOn = (signal: NodeJS.Signals) => {
    child.kill(signal);
    timer ??= setTimeout(() => child.kill("SIGKILL"), gracePeriod);
  };
  process.on("SIGINT", ignore);
  process.on("SIGTERM", passOn);
  process.on("SIGHUP", passOn);
  try {
    return await exitCode(child, command);
  } finally {
    clearTimeout(timer);
    process.off("SIGINT", ignore);
    process.off("SIGTERM", passOn);
    process.off("SIGHUP", passOn);
  }
}

function exitCode(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      const notFound = error.code === "ENOENT";
      process.stderr.write(`${command}: ${notFound ? "command not found" : error.message}\n`);
      resolve(notFound ? 127 : 126);
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + os.constants.signals[signal!]));
  });
}

function start(command: string, args: string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const file = findProgram(command, environment);
  if (process.platform !== "win32" || !/\.(cmd|bat)$/i.test(file)) {
    return spawn(file, args, { stdio: "inherit", env: environment });
  }
  // Node starts batch files (npm, npx) only through cmd.exe, and leaves the quoting to the caller.
  const line = [file, ...args].map((part) => `"${part.replaceAll('"', '""')}"`).join(" ");
  return spawn(environment.ComSpec ?? "cmd.exe", ["/d", "/s", "/c", `"${line}"`], {
    stdio: "inherit",
    env: environment,
    windowsVerbatimArguments: true,
  });
}

/** The file of a command on the `PATH` of the environment it will have, which Node itself does not search on Windows. */
function findProgram(command: string, environment: NodeJS.ProcessEnv): string {
  if (command.includes("/") || command.includes(path.sep)) return command;
  const extensions =
    process.platform === "win32" ? (environment.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").split(";") : [""];
  for (const folder of (readPath(environment) ?? "").split(path.delimiter)) {
    for (const extension of extensions) {
      const file = path.join(folder || ".", command + extension);
      try {
        fs.accessSync(file, fs.constants.X_OK);
        if (fs.statSync(file).isFile()) return file;
      } catch {
        continue;
      }
    }
  }
  return command;
}
