import {
  enclosing,
  functionsOf,
  lineOf,
  nodesOf,
  parse,
  variableName,
  type SyntaxNode,
} from "../powershell";
import { finding, type Script } from "./script";

/** Variables that PowerShell itself sets. */
const automatic = new Set(
  `_ psitem true false null args error matches lastexitcode executioncontext psscriptroot pscommandpath psversiontable
  pwd home host pid this myinvocation erroractionpreference progresspreference verbosepreference warningpreference ?`.split(
    /\s+/,
  ),
);

const isScoped = (node: SyntaxNode) => /^[$@]\{?script:/i.test(node.text);

/** Whether the variable is what an assignment, a parameter or a loop sets. */
function isTarget(node: SyntaxNode): boolean {
  if (/^(script_parameter|foreach_statement)$/.test(node.parent?.type ?? "")) {
    return (
      node.parent?.type !== "foreach_statement" ||
      nodesOf(node.parent, "variable")[0].id === node.id
    );
  }
  const left = enclosing(node, "left_assignment_expression");
  return (
    left !== undefined &&
    left.parent?.type === "assignment_expression" &&
    // `$x.y = 1` and `$x['y'] = 1` read $x; a cast before it does not.
    left.text.replace(/^\s*(\[[\w.[\]]+\]\s*)*/, "") === node.text &&
    /^=$/.test(left.nextNamedSibling?.text ?? "")
  );
}

/** The names set in a body, and those set outside of every function. */
function targetsOf(body: SyntaxNode, outsideOnly: boolean): Set<string> {
  return new Set(
    nodesOf(body, "variable")
      .filter((node) => !outsideOnly || enclosing(node, "function_statement") === undefined)
      .filter(isTarget)
      .map(variableName),
  );
}

/**
 * Strict mode ends a script at a variable that was never set. Every variable is set in its own function, as a parameter
 * of it, at the top of its file, or, with `script:`, anywhere among the scripts that share the scope.
 */
export function unsetVariables(script: Script, sharing: readonly Script[]): string[] {
  const root = parse(script.text);
  const top = targetsOf(root, true);
  const shared = new Set(
    [script, ...sharing].flatMap(({ text }) => [
      ...targetsOf(parse(text), true),
      ...nodesOf(parse(text), "variable")
        .filter((node) => isScoped(node) && isTarget(node))
        .map(variableName),
    ]),
  );
  const known = new Map(
    functionsOf(script.text).map(({ node }) => [node.id, targetsOf(node, false)]),
  );
  return nodesOf(root, "variable")
    .filter((node) => !/^\$\{?env:/i.test(node.text) && !isTarget(node))
    .filter((node) => {
      const name = variableName(node);
      if (automatic.has(name)) return false;
      if (isScoped(node)) return !shared.has(name);
      const own = enclosing(node, "function_statement");
      return !top.has(name) && !(own !== undefined && known.get(own.id)?.has(name));
    })
    .map((node) => finding(script, lineOf(node), `${node.text} is never set`));
}
