import { setTimeout as wait } from "node:timers/promises";
import type { Fault } from "../interfaces";
import type { Logon } from "./accounts";
import { runCommandLine, type ProcessResult } from "./commandLine";
import { readableCommandLine } from "./encodedScript";
import { interruptionOf } from "./interruption";
import type { Machine } from "./machine";
import { SessionEnded } from "./sessionEnded";

export interface ExecuteOptions {
  machine: Machine;
  logon: Logon;
  commandLine: string;
  readStandardInput: () => Promise<Buffer>;
  /** Aborted when the session ends: Windows kills what still runs in it. */
  session: AbortSignal;
}

/**
 * Runs a command line in a session, with the faults that are due: a delay, and a cut connection or a restart before, during
 * or after the effect. Rejects with {@link SessionEnded} where the session did not see the end.
 */
export async function execute(options: ExecuteOptions): Promise<ProcessResult> {
  const { machine, session } = options;
  const commandLine = readableCommandLine(options.commandLine);
  const { faults, journal } = machine.environment;
  const subject = `${machine.record.computerName} ${commandLine}`;
  const delay = faults.take("delay", subject, "command");
  if (delay) await wait(delay.milliseconds ?? 0, undefined, { signal: session }).catch(() => {});

  const isInterrupted = interruptionOf(machine, "command", commandLine);
  const strike = (moment: NonNullable<Fault["moment"]>) => {
    if (isInterrupted(moment)) throw new SessionEnded();
  };
  const checkpoint = () => {
    if (session.aborted) throw new SessionEnded();
    strike("during");
  };

  if (session.aborted) throw new SessionEnded();
  strike("before");
  const result = await runCommandLine({ ...options, checkpoint });
  // A command with no step in between has its whole effect before the fault can meet it.
  strike("during");
  strike("after");
  journal.write({
    kind: "command",
    subject: machine.record.computerName,
    what: commandLine,
    outcome: String(result.exitCode),
  });
  return result;
}
