import {
  childrenOf,
  commandsOf,
  enclosing,
  invocationsIn,
  lineOf,
  nodesOf,
  parse,
  type Command,
} from "../powershell";
import { bodyAround, finding, parametersGiven, type Rule, type Script } from "./script";

/** Whether `& name` runs a program and not a script block or an action of ours. */
function runsProgram(command: Command, script: Script): boolean {
  // A file that is dot-sourced is given as an expression, a program may stand in a variable.
  if (command.operator !== "&") return /^\$\w+$/.test(command.name);
  if (/^\{/.test(command.name)) return false;
  if (!/^\$\w+$/.test(command.name)) return true;
  // A parameter that is a script block, or the name of an action, which takes a request as no program does.
  const declared = new RegExp(`\\[scriptblock\\]\\s*\\${command.name}\\b`, "i");
  return (
    !declared.test(bodyAround(command.node, script).text) && !command.parameters.includes("Request")
  );
}

/** The calls of programs: by name, through `&`. */
export function programCalls(script: Script): Command[] {
  return [
    ...commandsOf(script.text).filter(({ name }) => /\.(exe|cmd|com|msc)$/i.test(name)),
    ...invocationsIn(parse(script.text)).filter((command) => runsProgram(command, script)),
  ];
}

/** Whether the function or script around the call ends as a failure in any case, so that there is nothing to tell. */
function endsAsFailure(command: Command, script: Script): boolean {
  const body = bodyAround(command.node, script);
  const lists = nodesOf(body, "statement_list").filter(
    (list) =>
      list.parent?.type === "script_block_body" && list.parent.parent?.parent?.id === body.id,
  );
  const statements = lists.length === 1 ? childrenOf(lists[0]) : [];
  return /^exit [1-9]/.test(statements[statements.length - 1]?.text ?? "");
}

/** After every call of a program, and before the next one, the same body looks at its exit code. */
export const exitCodesLookedAt: Rule = (script) => {
  const calls = programCalls(script);
  return calls
    .filter((command) => {
      const body = bodyAround(command.node, script);
      const next = calls
        .map(({ node }) => node.startIndex)
        .filter((start) => start > command.node.endIndex && start < body.endIndex);
      const end = Math.min(body.endIndex, ...next);
      // A comment looks at nothing.
      const looked = nodesOf(body, "variable").some(
        ({ text, startIndex }) =>
          /^\$LASTEXITCODE$/i.test(text) && startIndex >= command.node.endIndex && startIndex < end,
      );
      return !looked && !endsAsFailure(command, script);
    })
    .map(({ name, line }) => finding(script, line, `nothing looks at the exit code of ${name}`));
};

/** A process that is started by a cmdlet or by .NET is waited for within a limit or by the cmdlet, and asked for its code. */
export const startedProcessesLookedAt: Rule = (script) => {
  const started = [...commandsOf(script.text).filter(({ name }) => name === "Start-Process")].map(
    (command) => ({
      node: command.node,
      line: command.line,
      complete: parametersGiven(command, script).has("passthru"),
    }),
  );
  const direct = nodesOf(parse(script.text), "invokation_expression")
    .filter((node) => /^\[(System\.)?Diagnostics\.Process\]::Start\(/i.test(node.text))
    .map((node) => ({
      node,
      line: lineOf(node),
      complete: enclosing(node, "assignment_expression") !== undefined,
    }));
  const made = nodesOf(parse(script.text), "command")
    .filter((node) => /^New-Object\b.*\bDiagnostics\.Process\b/is.test(node.text))
    .map((node) => ({ node, line: lineOf(node), complete: true }));
  return [...started, ...direct, ...made]
    .filter(({ node, complete }) => {
      const after = script.text.slice(node.endIndex, bodyAround(node, script).endIndex);
      return !complete || !/\.ExitCode\b/.test(after);
    })
    .map(({ line }) =>
      finding(script, line, "nothing looks at the exit code of the started process"),
    );
};
