import { resetPassword, type Account } from "./accounts";
import type { ProcessResult } from "./commandLine";
import { findAccount } from "./logon";
import type { Machine } from "./machine";

type Statement = { prints: string } | { exits: number } | { resets: Account; password: string };

function readStatement(line: string, machine: Machine): Statement | undefined {
  const text = /^Write-Output (?:"([^"$`]*)"|'([^']*)')$/i.exec(line);
  if (text) return { prints: text[1] ?? text[2] ?? "" };
  const exit = /^exit (\d+)$/i.exec(line);
  if (exit) return { exits: Number(exit[1]) };
  const user = /^net(?:\.exe)? user (\S+) (\S+)$/i.exec(line);
  const account = user && findAccount(machine, user[1]!);
  if (account) return { resets: account, password: user[2]! };
  return /^hostname(\.exe)?$/i.test(line) ? { prints: machine.record.computerName } : undefined;
}

/**
 * Runs a script of nothing but `Write-Output "text"`, `hostname`, `exit N` and `net user NAME PASSWORD`, an administrator's
 * reset that loses the user's protected keys. Any other is not run at all: that it had its effect must not be believed of a
 * script that nobody understood.
 */
export async function runPlainScript(machine: Machine, script: string): Promise<ProcessResult> {
  const lines = script
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const statements = lines.map((line) => readStatement(line, machine));
  const unknown = lines.find((_, index) => statements[index] === undefined);
  if (unknown !== undefined) {
    return {
      exitCode: 1,
      stdout: "",
      stderr: `This stand-in for Azure cannot run the script; it does not know line ${lines.indexOf(unknown) + 1} of its statements.\r\n`,
    };
  }
  let stdout = "";
  for (const statement of statements as Statement[]) {
    if ("exits" in statement) return { exitCode: statement.exits, stdout, stderr: "" };
    if ("resets" in statement) {
      await resetPassword(statement.resets, statement.password);
      machine.save();
    }
    stdout += "prints" in statement ? `${statement.prints}\r\n` : "";
  }
  return { exitCode: 0, stdout, stderr: "" };
}
