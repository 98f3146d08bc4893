import * as crypto from "node:crypto";
import type { Journal } from "../journal";
import {
  isObject,
  Secret,
  Unknown,
  withoutSecrets,
  type CheckFailure,
  type CheckResult,
  type Properties,
  type PropertyValue,
} from "../provider";
import { checkConnection, readConnection } from "./connection";
import { dial, type DialOptions } from "./dialing";
import { runSession } from "./session";

export const commandType = "command:remote:Command";

/** With logging on, a line this long stops the provider's log reader for good, and with it the command. */
const hangingLineLength = 65_536;

const loggings = ["stdout", "stderr", "stdoutAndStderr", "none"];

type FieldCheck = (value: PropertyValue) => string | undefined;

const isString: FieldCheck = (value) =>
  typeof value === "string" ? undefined : "must be a string";

const fields: { [name: string]: FieldCheck } = {
  create: isString,
  update: isString,
  delete: isString,
  stdin: isString,
  logging: (value) =>
    loggings.includes(String(value)) ? undefined : `must be one of ${loggings.join(", ")}`,
  addPreviousOutputInEnv: (value) =>
    typeof value === "boolean" ? undefined : "must be true or false",
  triggers: (value) => (Array.isArray(value) ? undefined : "must be a list"),
  environment: (value) =>
    isObject(value) && Object.values(value).every((text) => isText(text))
      ? undefined
      : "must be a map of strings",
};

function isText(value: PropertyValue): boolean {
  const plain = value instanceof Secret ? value.value : value;
  return typeof plain === "string" || plain === Unknown;
}

/** The inputs with the connection's defaults; a field that is unknown or of another type is refused by name. */
export function checkCommand(inputs: Properties): CheckResult {
  const failures: CheckFailure[] = [];
  const checked: Properties = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (value === null || name === "connection") continue;
    const plain = value instanceof Secret ? value.value : value;
    const check = fields[name];
    const reason = check ? (plain === Unknown ? undefined : check(plain)) : "Unrecognized field";
    if (reason) failures.push({ property: name, reason });
    checked[name] = value;
  }
  checked.connection = checkConnection(inputs.connection, failures);
  return { inputs: checked, failures };
}

export interface CommandOptions extends DialOptions {
  journal: Journal;
}

/** A name of its own for a resource, as the provider makes it. */
export function uniqueId(prefix = ""): string {
  return `${prefix}${crypto.randomBytes(4).toString("hex")}`;
}

/** What the resource's state holds: the inputs as they are, secrets as secrets, and what the command printed. */
export async function createCommand(
  inputs: Properties,
  preview: boolean,
  options: CommandOptions,
): Promise<Properties> {
  if (preview) return { ...inputs, stdout: Unknown, stderr: Unknown };
  const outputs = { ...inputs, stdout: "", stderr: "" };
  return runScript(outputs, textOf(inputs.create), options);
}

/** Runs `update`, else `create`; with none of the two the old output stays. */
export async function updateCommand(
  inputs: Properties,
  oldOutputs: Properties,
  preview: boolean,
  options: CommandOptions,
): Promise<Properties> {
  if (preview) return { ...inputs, stdout: Unknown, stderr: Unknown };
  const { stdout = "", stderr = "" } = oldOutputs;
  const script = textOf(inputs.update) ?? textOf(inputs.create);
  return runScript({ ...inputs, stdout, stderr }, script, options);
}

/** Runs `delete` over the connection in the state, which may be an old one. */
export async function deleteCommand(outputs: Properties, options: CommandOptions): Promise<void> {
  await runScript(outputs, textOf(outputs.delete), options);
}

function textOf(value: PropertyValue | undefined): string | undefined {
  const plain = withoutSecrets(value ?? null);
  return typeof plain === "string" ? plain : undefined;
}

async function runScript(
  state: Properties,
  command: string | undefined,
  options: CommandOptions,
): Promise<Properties> {
  if (command === undefined) return state;
  const connection = readConnection(state.connection);
  const dialed = await dial(connection, options);
  try {
    refuseEnvironment(state, connection.host, options.journal);
    const logging = textOf(state.logging) ?? "stdoutAndStderr";
    const logged = {
      stdout: logging === "stdout" || logging === "stdoutAndStderr",
      stderr: logging === "stderr" || logging === "stdoutAndStderr",
    };
    const stdin = textOf(state.stdin) ?? "";
    const result = await runSession(dialed.client, { command, stdin, logged });
    if (result.longestLoggedLine >= hangingLineLength) {
      throw new Error(
        `The output of the command has a line of ${result.longestLoggedLine} bytes. The command provider hangs for ever ` +
          `when it logs a line of ${hangingLineLength} or more: set logging to "none", or print shorter lines.`,
      );
    }
    const ending = describeEnding(result);
    if (ending) {
      throw new Error(`${ending}: running ${JSON.stringify(command)}:\n${result.combined}`);
    }
    const { stdout, stderr } = result;
    return { ...state, stdout: withoutLastNewline(stdout), stderr: withoutLastNewline(stderr) };
  } finally {
    // The genuine provider keeps the connection open until its process ends.
    dialed.close();
  }
}

function describeEnding(result: { exitStatus?: number; signal?: string }): string | undefined {
  if (result.exitStatus === 0) return undefined;
  if (result.exitStatus !== undefined) return `Process exited with status ${result.exitStatus}`;
  return result.signal
    ? `Process exited with status 128 from signal ${result.signal}`
    : "wait: remote command exited without exit status or exit signal";
}

/** Only one line feed: Windows' carriage return before it stays. */
function withoutLastNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

/**
 * Windows' SSH server accepts no variable at all. One that the program asks for fails the command before it runs; the
 * output of the previous run, which the provider adds on its own, is a warning.
 */
function refuseEnvironment(state: Properties, host: string, journal: Journal): void {
  const environment = withoutSecrets(state.environment ?? null);
  const [name] = isObject(environment) ? Object.keys(environment) : [];
  if (name !== undefined) {
    throw new Error(
      `could not set environment variable ${JSON.stringify(name)}: ssh: setenv failed`,
    );
  }
  if (withoutSecrets(state.addPreviousOutputInEnv ?? true) !== true) return;
  const previous: Properties = {
    PULUMI_COMMAND_STDOUT: state.stdout ?? "",
    PULUMI_COMMAND_STDERR: state.stderr ?? "",
  };
  for (const [variable, value] of Object.entries(previous)) {
    if (!textOf(value)) continue;
    journal.write({
      kind: "ssh",
      subject: host,
      what: `environment variable ${variable}`,
      outcome: "refused",
      detail: "the command provider warns about it: set addPreviousOutputInEnv to false",
    });
  }
}
