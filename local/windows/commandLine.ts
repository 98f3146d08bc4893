import { passwordMarker } from "../../guest/contract";
import { runAction, unexpectedFailure } from "./actions";
import type { ActionContext } from "./actions/context";
import type { Logon } from "./accounts";
import { DiskError } from "./diskError";
import { encodedScript } from "./encodedScript";
import { GuestError } from "./guestError";
import type { Machine } from "./machine";
import { readRegistry, registryKeys } from "./registry";
import { SessionEnded } from "./sessionEnded";
import { setPassword } from "./setPassword";

/** How a process ended, with Windows' line ends. */
export interface ProcessResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface CommandLineOptions {
  machine: Machine;
  logon: Logon;
  commandLine: string;
  /** Everything up to the end of standard input; asked for only by what reads it. */
  readStandardInput: () => Promise<Buffer>;
  checkpoint: () => void;
}

type Shell = "cmd" | "powershell";

/** cmd.exe's limit for a command line. https://learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation */
const longestCmdLine = 8191;

/** PowerShell's exit code for a `-File` that is not there: 0xFFFD0000. */
const scriptNotFound = 0xfffd0000;

function says(text: string, exitCode = 0): ProcessResult {
  return { exitCode, stdout: `${text}\r\n`, stderr: "" };
}

function fails(text: string, exitCode = 1): ProcessResult {
  return { exitCode, stdout: "", stderr: `${text}\r\n` };
}

/**
 * Runs a command line as sshd does: in the default shell, and of several lines only the first. Understood are the guest
 * actions and a few plain commands; anything else is answered as the shell answers a command it does not find.
 */
export async function runCommandLine(options: CommandLineOptions): Promise<ProcessResult> {
  const { machine } = options;
  // The test for PowerShell is by a part of the path's name, in the server itself.
  const configured = readRegistry(machine.record.registry, registryKeys.openSsh, "DefaultShell");
  const shell: Shell = /powershell|pwsh/i.test(String(configured ?? "")) ? "powershell" : "cmd";
  const line = options.commandLine.split(/\r?\n/)[0]!.trim();
  if (shell === "cmd" && line.length > longestCmdLine) {
    return fails("The command line is too long.");
  }
  const result = await runInShell(line, shell, options);
  // `powershell -c` reports only whether its last program failed, unless it is told to exit with a code.
  const isExit = /^exit\b/i.test(line);
  return shell === "powershell" && !isExit && result.exitCode !== 0
    ? { ...result, exitCode: 1 }
    : result;
}

async function runInShell(
  line: string,
  shell: Shell,
  options: CommandLineOptions,
): Promise<ProcessResult> {
  const { machine, logon } = options;
  const { computerName, traits } = machine.record;
  const [program = "", ...rest] = splitArguments(line);
  if (/[&|<>^;`]/.test(line)) {
    return fails("This stand-in runs single commands only, without operators of the shell.");
  }
  switch (program.toLowerCase().replace(/\.exe$/, "")) {
    case "hostname":
      return says(computerName);
    case "whoami":
      return says(`${computerName}\\${logon.userName}`.toLowerCase());
    case "echo":
      return says(line.slice(line.indexOf(" ") + 1));
    case "exit":
      return { exitCode: Number(rest[0] ?? 0) >>> 0, stdout: "", stderr: "" };
    case "ver":
      if (shell === "cmd") return says(`\r\nMicrosoft Windows [Version ${traits.osBuild}]`);
      break;
    case "powershell":
      return runPowerShell(rest, options);
  }
  return fails(notFound(program, shell));
}

function notFound(program: string, shell: Shell): string {
  return shell === "cmd"
    ? `'${program}' is not recognized as an internal or external command,\r\noperable program or batch file.`
    : `${program} : The term '${program}' is not recognized as the name of a cmdlet, function, script file, or operable program.`;
}

/** Splits at blanks outside double quotes and removes the quotes. */
function splitArguments(line: string): string[] {
  return (line.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((part) => part.replaceAll('"', ""));
}

async function runPowerShell(given: string[], options: CommandLineOptions): Promise<ProcessResult> {
  const { machine, logon } = options;
  const encoded = encodedScript(given);
  if (encoded !== undefined) return runEncoded(encoded, options);
  const fileAt = given.findIndex((argument) => argument.toLowerCase() === "-file");
  const script = given[fileAt + 1];
  const action = given[fileAt + 2];
  if (fileAt === -1 || !script) {
    return fails(
      "This stand-in runs PowerShell only with -File and one of the guest files, or with the encoded change of a password.",
    );
  }
  const path = existingFile(machine, script, logon);
  if (path === undefined) {
    return fails(
      `The argument '${script}' to the -File parameter does not exist. Provide the path to an existing '.ps1' file as an argument to the -File parameter.`,
      scriptNotFound,
    );
  }
  if (!path.toLowerCase().endsWith("/peerlab.ps1")) {
    return fails(`This stand-in cannot run ${script}.`);
  }
  if (action === undefined) return fails("The script needs the name of an action.");
  const context: ActionContext = { machine, logon, checkpoint: options.checkpoint };
  return answering(async () => runAction(context, action, await options.readStandardInput()));
}

async function runEncoded(script: string, options: CommandLineOptions): Promise<ProcessResult> {
  if (script.split(/\r?\n/)[0] !== passwordMarker) {
    return fails("This stand-in runs no encoded script but the change of a password.");
  }
  const { machine, logon } = options;
  return answering(async () => setPassword(machine, logon, await options.readStandardInput()));
}

/** The report as the one line of output, or the failure as the one line on standard error. */
async function answering(work: () => Promise<object>): Promise<ProcessResult> {
  try {
    return says(toAscii(JSON.stringify(await work())));
  } catch (error) {
    if (error instanceof SessionEnded) throw error;
    const failure = error instanceof GuestError ? error : unexpectedFailure(error);
    return fails(toAscii(JSON.stringify(failure.toFailure())));
  }
}

function existingFile(machine: Machine, given: string, logon: Logon): string | undefined {
  try {
    return machine.disk.stat(given, logon).path;
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
}

/** JSON with everything beyond ASCII escaped, so that no code page can change it. */
export function toAscii(json: string): string {
  return json.replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
