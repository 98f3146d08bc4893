import type { ProcessResult } from "./commandLine";
import type { Machine } from "./machine";

type Statement = { prints: string } | { exits: number };

function readStatement(line: string, machine: Machine): Statement | undefined {
  const text = /^Write-Output (?:"([^"$`]*)"|'([^']*)')$/i.exec(line);
  if (text) return { prints: text[1] ?? text[2] ?? "" };
  const exit = /^exit (\d+)$/i.exec(line);
  if (exit) return { exits: Number(exit[1]) };
  return /^hostname(\.exe)?$/i.test(line) ? { prints: machine.record.computerName } : undefined;
}

/**
 * Runs a script of nothing but `Write-Output "text"`, `hostname` and `exit N`. Any other is not run at all: that it had its
 * effect must not be believed of a script that nobody understood.
 */
export function runPlainScript(machine: Machine, script: string): ProcessResult {
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
      stderr: `This stand-in for Azure cannot run the script; it does not know the line: ${unknown}\r\n`,
    };
  }
  let stdout = "";
  for (const statement of statements as Statement[]) {
    if ("exits" in statement) return { exitCode: statement.exits, stdout, stderr: "" };
    stdout += `${statement.prints}\r\n`;
  }
  return { exitCode: 0, stdout, stderr: "" };
}
