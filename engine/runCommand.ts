import { spawn } from "node:child_process";

export interface CommandResult {
  /** The exit code; `null` where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  environment?: NodeJS.ProcessEnv;
  /** Ends the command after this many milliseconds; the result's code is then `null`. */
  timeout?: number;
  signal?: AbortSignal;
}

/**
 * Runs a program without a shell and collects its output. Rejects only where it cannot be started (`ENOENT`: not found)
 * or the caller aborted it.
 */
export function runCommand(
  file: string,
  args: string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.environment ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeout,
      signal: options.signal,
      windowsHide: true,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** The last lines of a program's output, for an error message. */
export function lastLines(text: string, count = 5): string {
  return text.trimEnd().split(/\r?\n/).slice(-count).join("\n");
}
