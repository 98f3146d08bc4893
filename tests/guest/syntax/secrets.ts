import {
  childrenOf,
  commandsIn,
  enclosing,
  functionsOf,
  lineOf,
  nodesOf,
  parse,
  variableName,
  type FunctionDefinition,
  type SyntaxNode,
} from "../powershell";
import { finding, type Rule, type Script } from "./script";

/** Names of the contract's secret fields, and of variables that hold them or a password. */
const secretName = /^(?:\w*password|exportedidentity|export|invitation|secret|secrets)$/i;
const secretMember = /\.(?:\w*password|exportedIdentity|invitation)$/i;
const secretField = /^(?:\w*password|exportedIdentity|invitation)$/i;

/** What a parameter of our own functions that takes a secret may be called: so that the secret stays visible as one. */
const secretParameter = /^(?:\w*password|secret|request|object|value|text|wanted|field|body)$/i;

/** Methods that may be given a secret. */
const allowedMethod = new RegExp(
  [
    /^\[PeerLab\.\w+\]::/, // C# of ours
    /^\$net::NetUserChangePassword\(/, // password.ps1's own import
    /\.RegisterTaskDefinition\(/, // never schtasks /rp
    /\.AppendChar\(/, // into a SecureString
    /^\[string\]::IsNullOrEmpty\(/,
    /^\$text\.Replace\(/, // out of an error text
    /^\$writer\.(Write|WriteLine)\(/, // the pipe to the one-shot task
  ]
    .map((one) => one.source)
    .join("|"),
  "i",
);

type Verdict =
  { kind: "fine" } | { kind: "becomes"; variable: string } | { kind: "wrong"; why: string };
const fine: Verdict = { kind: "fine" };
const wrong = (why: string): Verdict => ({ kind: "wrong", why });

/** The parameter before an element of a command, without the hyphen. */
function parameterBefore(element: SyntaxNode): string {
  for (let at = element.previousNamedSibling; at !== null; at = at.previousNamedSibling) {
    if (at.type === "command_parameter") return at.text.replace(/^-+/, "");
    if (at.type !== "command_argument_sep") return "";
  }
  return "";
}

function verdictOfCommand(
  command: SyntaxNode,
  element: SyntaxNode,
  all: ReadonlyMap<string, FunctionDefinition>,
): Verdict {
  const name = command.namedChildren.find((child) => child?.type === "command_name")?.text;
  const parameter = parameterBefore(element);
  if (name === undefined) return parameter === "Request" ? fine : wrong("is given to a program");
  if (/\.(exe|com|cmd)$/i.test(name)) return wrong("is given to a program");
  if (all.has(name)) {
    return secretParameter.test(parameter)
      ? fine
      : wrong(`goes into -${parameter} of ${name}, whose name does not say so`);
  }
  if (name === "New-Object") {
    return /PSCredential/.test(command.text) ? fine : wrong("is given to New-Object");
  }
  // Inside of this process; the service manager keeps a service's password with Windows' own secrets.
  if (name === "Invoke-CimMethod" && parameter === "Arguments") return fine;
  // What these give is looked at by the same rule.
  if (/^(ForEach|Where|Select)-Object$/.test(name)) return fine;
  return wrong(`is given to ${name}`);
}

/** What happens to a secret value that stands somewhere. */
function verdictOf(node: SyntaxNode, all: ReadonlyMap<string, FunctionDefinition>): Verdict {
  let below = node;
  if (node.type === "generic_token") return wrong("becomes part of an argument");
  for (let at = node.parent; at !== null; below = at, at = at.parent) {
    const several = childrenOf(at).length > 1;
    switch (at.type) {
      case "comparison_expression":
      case "comparison_argument_expression":
      case "logical_expression":
        // A comparison gives true or false; -replace, -split and -join give text.
        if (!several) break;
        if (/\s-[ic]?(replace|split|join)\s/i.test(at.text)) break;
        return fine;
      case "expression_with_unary_operator":
        if (/^(-not|!)/i.test(at.text)) return fine;
        break;
      case "format_expression":
      case "format_argument_expression":
        if (several) return wrong("becomes part of a text");
        break;
      case "additive_expression":
        if (several && /['"]\s*\+|\+\s*['"]/.test(at.text)) return wrong("becomes part of a text");
        break;
      case "expandable_string_literal":
      case "expandable_here_string_literal":
        return wrong("becomes part of a text");
      case "member_access":
        if (/\.(Length|Count)$/.test(at.text)) return fine;
        break;
      case "argument_list": {
        const call = at.parent;
        return call !== null && allowedMethod.test(call.text)
          ? fine
          : wrong(`is given to ${(call?.text ?? "").split("(", 1)[0]}`);
      }
      case "element_access":
        // As a key it is not stored; as the list itself it goes on.
        if (childrenOf(at)[0]?.id !== below.id) return fine;
        break;
      case "command_elements":
        return at.parent === null ? fine : verdictOfCommand(at.parent, below, all);
      case "redirection":
        return wrong("is written to a file");
      case "pipeline_chain": {
        // A comparison of it has ended this walk before.
        const next = childrenOf(at).find(({ startIndex }) => startIndex >= below.endIndex);
        const name = next && nodesOf(next, "command_name")[0]?.text;
        if (name === undefined || /^(ForEach|Where|Select|Sort)-Object$/.test(name)) break;
        return wrong(`is piped to ${name}`);
      }
      case "statement_list":
        // What stands in @( ) and $( ) is a part of the value around it.
        if (/^(array_expression|sub_expression)$/.test(at.parent?.type ?? "")) break;
        return fine;
      case "statement_block":
      case "flow_control_statement":
        return fine;
      case "foreach_statement":
        return { kind: "becomes", variable: variableName(nodesOf(at, "variable")[0]) };
      case "left_assignment_expression":
        return fine;
      case "assignment_expression": {
        const left = childrenOf(at)[0];
        const [target] = nodesOf(left, "variable");
        if (nodesOf(left, "member_access").length > 0) return wrong(`is put into ${left.text}`);
        if (target === undefined) return fine;
        if (/^\$env:/i.test(target.text)) return wrong("is put into the environment");
        return { kind: "becomes", variable: variableName(target) };
      }
    }
  }
  return fine;
}

/** Every place of a body where a secret stands, by the names of the contract's fields or of tainted variables. */
function secretsIn(body: SyntaxNode, tainted: ReadonlySet<string>, nested: boolean): SyntaxNode[] {
  const inside = (node: SyntaxNode) =>
    nested || enclosing(node, "function_statement") === undefined;
  const variables = nodesOf(body, "variable").filter(
    (node) =>
      (secretName.test(variableName(node)) || tainted.has(variableName(node))) &&
      node.parent?.type !== "script_parameter" &&
      (!node.text.startsWith("@") || tainted.has(variableName(node))),
  );
  // `/password:$userPassword`: the grammar leaves the variable inside of the word.
  const words = nodesOf(body, "generic_token").filter((node) =>
    [...node.text.matchAll(/\$\{?(\w+)/g)].some(
      ([, name]) => secretName.test(name!) || tainted.has(name!),
    ),
  );
  const elements = nodesOf(body, "element_access").filter((node) =>
    secretField.test(/\[['"](\w+)['"]\]$/.exec(node.text)?.[1] ?? ""),
  );
  const members = nodesOf(body, "member_access").filter((node) => secretMember.test(node.text));
  const fields = commandsIn(body)
    .filter(
      ({ name, arguments: given }) =>
        /^Get-\w*Field$/.test(name) &&
        given.some(
          ({ after, text }) => after === "Name" && secretField.test(text.replace(/'/g, "")),
        ),
    )
    .map(({ node }) => node);
  return [...variables, ...words, ...members, ...elements, ...fields].filter(inside);
}

/**
 * Secrets reach C#, the scheduler's API, a PSCredential and the pipe, and nothing else: no program's command line, no
 * task's arguments, no text, no file, no cmdlet. A variable that is set from one is one.
 */
export const secretsStayInside: Rule = (script, all) => {
  const bodies: [SyntaxNode, boolean][] = [
    [parse(script.text), false],
    ...functionsOf(script.text).map(({ node }): [SyntaxNode, boolean] => [node, true]),
  ];
  return bodies.flatMap(([body, nested]) => {
    const tainted = new Set<string>();
    const found = new Map<number, string>();
    for (let before = -1; before !== tainted.size;) {
      before = tainted.size;
      for (const node of secretsIn(body, tainted, nested)) {
        const verdict = verdictOf(node, all);
        if (verdict.kind === "becomes" && !secretName.test(verdict.variable))
          tainted.add(verdict.variable);
        if (verdict.kind === "wrong") {
          found.set(node.id, finding(script, lineOf(node), `${node.text} ${verdict.why}`));
        }
      }
    }
    return [...found.values()];
  });
};

/** The whole request, which carries secrets, becomes no text and no argument of a program. */
export const requestStaysWhole: Rule = (script: Script, all) =>
  nodesOf(parse(script.text), "variable")
    .filter((node) => variableName(node) === "request" && node.parent?.type !== "member_access")
    .flatMap((node) => {
      const verdict = verdictOf(node, all);
      const text = verdict.kind === "wrong" ? verdict.why : "";
      return /becomes part|to a program|to a file|Set-Content|Out-File|Start-Process/.test(text)
        ? [finding(script, lineOf(node), `the request ${text}`)]
        : [];
    });
