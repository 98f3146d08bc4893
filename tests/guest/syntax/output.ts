import {
  childrenOf,
  commandsIn,
  commandsOf,
  enclosing,
  functionsOf,
  lineOf,
  nodesOf,
  parse,
  type FunctionDefinition,
  type SyntaxNode,
} from "../powershell";
import { knownCommands } from "./commands";
import { readGuestText, windowsFiles } from "../files";
import { finding, parametersGiven, type Rule, type Script } from "./script";

/** The host is not standard output in Windows PowerShell, and is in PowerShell 7 started with -File. */
export const noHostWriting: Rule = (script) => [
  ...commandsOf(script.text)
    .filter(({ name }) =>
      /^(Write-(Host|Warning|Error|Information|Progress|Debug)|Out-Host)$/i.test(name),
    )
    .map(({ name, line }) => finding(script, line, `${name} writes to the host`)),
  ...nodesOf(parse(script.text), "member_access")
    .filter((node) => /^\$Host\.UI$/i.test(node.text))
    .map((node) => finding(script, lineOf(node), "writes to the host")),
];

/** Methods that return nothing, of .NET, of COM and of ours. */
const voidMethods = new Set(
  `AddAccessRule AddRange AppendChar Clear Close Connect CopyTo DeleteTask DeleteValue Dispose EndWaitForConnection Flush GetBinaryForm Load
  Refresh Run SetAccessRule SetAccessRuleProtection SetLastWriteTimeUtc SetOwner SetValue Start Stop WaitForConnection WaitForPipeDrain
  WaitForStatus Write WriteAllBytes WriteAllText WriteLine Delete Move Copy Sleep Reverse Sort`.split(
    /\s+/,
  ),
);

/** The methods of our C# that return nothing: `Class.Method`. */
const ownVoidMethods = new Set(
  windowsFiles()
    .filter((file) => file.endsWith(".cs"))
    .flatMap((file) =>
      readGuestText(file)
        .split(/\bclass (?=\w+\s*(?::|\{))/)
        .slice(1),
    )
    .flatMap((text) => {
      const type = /^\w+/.exec(text)?.[0] ?? "";
      return [...text.matchAll(/\bstatic void (\w+)\(/g)].map(([, method]) => `${type}.${method}`);
    }),
);

/** Methods of COM objects that share the name of a silent one and do return something: `RegisteredTask.Run`. */
const talkingMethods = /^\$(task|registered\w*)\.Run\(/i;

/** The statements of a body whose values go to the pipeline, each with the one expression or command that gives it. */
function outputsOf(body: SyntaxNode): SyntaxNode[] {
  return nodesOf(body, "pipeline").filter((pipeline) => {
    // A pipeline inside of an expression, a condition or an assignment is a value of that.
    const parent = pipeline.parent;
    if (parent === null || !/^(statement_list|flow_control_statement)$/.test(parent.type))
      return false;
    if (parent.type === "flow_control_statement") return /^return\b/i.test(parent.text);
    if (childrenOf(pipeline)[0]?.type === "assignment_expression") return false;
    const holder = parent.parent;
    // The statements of @( ) and $( ) belong to the expression around them; script blocks to who runs them.
    return (
      holder !== null &&
      !/^(array_expression|sub_expression)$/.test(holder.type) &&
      !inScriptBlock(pipeline, body)
    );
  });
}

function inScriptBlock(node: SyntaxNode, body: SyntaxNode): boolean {
  for (let at = node.parent; at !== null && at.id !== body.id; at = at.parent) {
    if (at.type === "script_block_expression" || at.type === "function_statement") return true;
    // `$x = if (...) { 1 }` keeps what its branches give.
    if (at.type === "assignment_expression") return true;
  }
  return false;
}

/** Whether what a pipeline gives is thrown away or cannot be anything. */
function isSilent(
  pipeline: SyntaxNode,
  script: Script,
  all: ReadonlyMap<string, FunctionDefinition>,
  asked: ReadonlySet<string>,
): boolean {
  const text = pipeline.text.trim();
  // The second is cmd.exe writing to standard error.
  if (/>\s*\$null$/i.test(text) || />&2'$/.test(text)) return true;
  if (/^\[void\]/i.test(text) || /^(\$[\w:]+)(\+\+|--)$/.test(text)) return true;
  // Files that are dot-sourced are looked at themselves. The grammar sees `catch` as a command at times.
  if (/^(\. |catch\b|finally\b)/.test(text)) return true;
  if (/^Write-Output /.test(text) && /^exit\b/.test(pipeline.nextNamedSibling?.text ?? ""))
    return true;
  const commands = commandsIn(pipeline).filter(
    (one) => enclosing(one.node, "pipeline")?.id === pipeline.id,
  );
  const last = commands[commands.length - 1];
  if (last !== undefined) {
    if (parametersGiven(last, script).has("passthru")) return false;
    if (knownCommands.get(last.name)?.silent) return true;
    const own = all.get(last.name);
    return own !== undefined && writesNothing(own, script, all, asked);
  }
  const call = nodesOf(pipeline, "invokation_expression")[0];
  if (call === undefined || call.text !== text) return false;
  const name = childrenOf(call).find((child) => child.type === "member_name")?.text ?? "";
  const own = /^\[PeerLab\.(\w+)\]::/.exec(text)?.[1];
  if (own !== undefined) return ownVoidMethods.has(`${own}.${name}`);
  return voidMethods.has(name) && !talkingMethods.test(text);
}

/** Whether a function gives nothing to its caller. */
export function writesNothing(
  own: FunctionDefinition,
  script: Script,
  all: ReadonlyMap<string, FunctionDefinition>,
  asked: ReadonlySet<string> = new Set(),
): boolean {
  if (asked.has(own.name)) return true;
  const further = new Set([...asked, own.name]);
  return outputsOf(own.node).every((pipeline) => isSilent(pipeline, script, all, further));
}

/**
 * Outside of functions nothing reaches standard output but what goes through `[Console]`, and one `Write-Output` right
 * before the script's `exit`.
 */
export const quietEntries: Rule = (script, all) => {
  return outputsOf(parse(script.text))
    .filter((pipeline) => pipeline.parent?.type !== "flow_control_statement")
    .filter((pipeline) => !isSilent(pipeline, script, all, new Set()))
    .map((pipeline) =>
      finding(
        script,
        lineOf(pipeline),
        `${pipeline.text.trim().split("\n", 1)[0]} may write to standard output`,
      ),
    );
};

/**
 * In functions, the result of a method is either returned, assigned or thrown away: one that stands alone slips into the
 * function's own result.
 */
export const noLeakedResults: Rule = (script, all) =>
  functionsOf(script.text).flatMap(({ node, name }) =>
    outputsOf(node)
      .filter((pipeline) => pipeline.parent?.type !== "flow_control_statement")
      .filter((pipeline) => {
        const call = nodesOf(pipeline, "invokation_expression")[0];
        return call !== undefined && call.text === pipeline.text.trim();
      })
      .filter((pipeline) => !isSilent(pipeline, script, all, new Set()))
      .map((pipeline) =>
        finding(
          script,
          lineOf(pipeline),
          `the result of ${pipeline.text.trim().split("\n", 1)[0]} becomes one of ${name}`,
        ),
      ),
  );
