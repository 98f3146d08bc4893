import { preparationMarker } from "../../guest/contract";
import type { RunCommandRequest, RunCommandResult } from "../interfaces";
import { toAscii, type ProcessResult } from "./commandLine";
import { GuestError, invalidRequest } from "./guestError";
import { passwordLogon } from "./logon";
import type { Machine } from "./machine";
import { runPlainScript } from "./plainScript";
import { prepare, readSettings } from "./preparation";
import { setTimeout as wait } from "node:timers/promises";

/** Runs a managed run command on the machine, as LocalSystem unless told otherwise. */
export async function runManagedCommand(
  machine: Machine,
  request: RunCommandRequest,
): Promise<RunCommandResult> {
  const { faults, journal, now } = machine.environment;
  const { computerName } = machine.record;
  const startTime = new Date(now()).toISOString();
  const finish = (
    executionState: RunCommandResult["executionState"],
    executionMessage: string,
    { exitCode, stdout, stderr }: ProcessResult,
  ): RunCommandResult => {
    journal.write({
      kind: "runCommand",
      subject: computerName,
      what: request.name,
      outcome: executionState,
      ...(stderr ? { detail: stderr.trim() } : {}),
    });
    const endTime = new Date(now()).toISOString();
    return {
      executionState,
      executionMessage,
      exitCode,
      output: stdout,
      error: stderr,
      startTime,
      endTime,
    };
  };

  const nothing: ProcessResult = { exitCode: 0, stdout: "", stderr: "" };
  if (!machine.isUp()) return finish("Failed", "The VM agent does not answer.", nothing);
  const delay = faults.take("delay", `${computerName} ${request.name}`, "runCommand");
  const longest = request.timeoutInSeconds * 1000;
  if (delay && (delay.milliseconds ?? 0) >= longest) {
    return finish("TimedOut", "The script did not end within its time.", nothing);
  }
  if (delay) await wait(delay.milliseconds ?? 0);
  const refused = await refuseRunAs(machine, request);
  if (refused) return finish("Failed", refused, nothing);

  const result = await runScript(machine, request);
  if (result.exitCode === 0) return finish("Succeeded", "Execution completed", result);
  const message = `Command execution finished, but failed because it returned a non-zero exit code of: '${result.exitCode}'`;
  return finish("Failed", message, result);
}

/** Running as another user needs the account, its password, and the Secondary Logon service. */
async function refuseRunAs(
  machine: Machine,
  { runAsUser, runAsPassword }: RunCommandRequest,
): Promise<string | undefined> {
  if (runAsUser === undefined) return undefined;
  if (machine.record.services.seclogon?.status !== "Running") {
    return "The script cannot run as another user: the Secondary Logon service is not running.";
  }
  const logon = await passwordLogon(machine, runAsUser, runAsPassword ?? "");
  return typeof logon === "string" ? "The user name or password is incorrect." : undefined;
}

async function runScript(machine: Machine, request: RunCommandRequest): Promise<ProcessResult> {
  const firstLine = request.script.split(/\r?\n/)[0];
  if (firstLine !== preparationMarker) return runPlainScript(machine, request.script);
  try {
    if (request.runAsUser !== undefined) {
      throw new GuestError(
        "Unexpected",
        `The preparation of ${machine.record.computerName} runs as ${request.runAsUser}, which may not change Windows.`,
        "Run the preparation without runAsUser: it needs LocalSystem.",
      );
    }
    const parameters = bindParameters(request);
    if (parameters.Settings === undefined) {
      throw invalidRequest("Settings", undefined, "base64 of a JSON object");
    }
    const report = prepare(machine, readSettings(parameters.Settings));
    return { exitCode: 0, stdout: `${toAscii(JSON.stringify(report))}\r\n`, stderr: "" };
  } catch (error) {
    if (!(error instanceof GuestError)) throw error;
    const failure = toAscii(JSON.stringify(error.toFailure()));
    return { exitCode: 1, stdout: "", stderr: `${failure}\r\n` };
  }
}

/** Gives the parameters to the script by name, which works for what its `param` block at the very beginning declares. */
function bindParameters(request: RunCommandRequest): Record<string, string | undefined> {
  const code = request.script
    .replace(/<#[\s\S]*?#>/g, "")
    .replace(/^\s*#.*$/gm, "")
    .replace(/^\s*\[CmdletBinding\([^)]*\)\]/im, "")
    .trimStart();
  const declared = /^param\s*\(/i.test(code)
    ? [...parameterBlock(code).matchAll(/\$(\w+)/g)].map((match) => match[1]!.toLowerCase())
    : [];
  const bound: Record<string, string> = {};
  for (const { name, value } of [...request.parameters, ...request.protectedParameters]) {
    if (!declared.includes(name.toLowerCase())) {
      throw invalidRequest(name, "", "a parameter that the script declares at its beginning");
    }
    bound[name] = value;
  }
  return bound;
}

/** The text between the parentheses of the `param` block. */
function parameterBlock(code: string): string {
  const start = code.indexOf("(");
  let depth = 0;
  for (let index = start; index < code.length; index++) {
    if (code[index] === "(") depth++;
    if (code[index] === ")" && --depth === 0) return code.slice(start + 1, index);
  }
  return code.slice(start + 1);
}
