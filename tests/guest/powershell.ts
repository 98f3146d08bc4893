/**
 * A PowerShell script as its syntax tree, for tests on a computer that has no PowerShell. The grammar is
 * `tree-sitter-powershell` in WebAssembly; the rules over the tree are in `syntax/`.
 */
import * as path from "node:path";
import { Language, Parser, type Node } from "web-tree-sitter";

export type SyntaxNode = Node;

export interface Token {
  kind: "word" | "string" | "variable" | "parameter" | "punctuation";
  text: string;
  /** From 1, as everywhere here. */
  line: number;
}

export interface Argument {
  /** The parameter that stands right before, without the hyphen. */
  after?: string;
  /** Whether a colon joins the two: `-Force:$false`. */
  joined: boolean;
  text: string;
  /** The variable's name, where a hashtable is splatted (`@settings`). */
  splat?: string;
  node: SyntaxNode;
}

export interface Command {
  /** As written; of `& (expression)` the text of the expression. */
  name: string;
  /** `&` or `.` where one stands before the name. */
  operator?: string;
  /** Names of the parameters given, without the hyphen. */
  parameters: string[];
  arguments: Argument[];
  line: number;
  node: SyntaxNode;
}

export interface Parameter {
  name: string;
  mandatory: boolean;
  isSwitch: boolean;
  /** Its type and attributes as written. */
  attributes: string;
}

export interface FunctionDefinition {
  name: string;
  /** Names of the parameters. */
  parameters: string[];
  declared: Parameter[];
  line: number;
  node: SyntaxNode;
}

let parser: Parser | undefined;
const trees = new Map<string, SyntaxNode>();

/** Loads the grammar, once a process; everything else here needs it. */
export async function loadGrammar(): Promise<void> {
  if (parser !== undefined) return;
  await Parser.init();
  const folder = path.dirname(require.resolve("tree-sitter-powershell/package.json"));
  const made = new Parser();
  made.setLanguage(await Language.load(path.join(folder, "tree-sitter-powershell.wasm")));
  parser = made;
}

// Under mocha the grammar is there before the first test, whichever file that is in.
if (typeof before === "function") before(loadGrammar);

/** The root of a script's tree. What does not parse is in it as nodes `ERROR` and missing ones: {@link parseErrors}. */
export function parse(script: string): SyntaxNode {
  const known = trees.get(script);
  if (known !== undefined) return known;
  if (parser === undefined)
    throw new Error("parse: the grammar is not loaded; await loadGrammar()");
  const root = parser.parse(script)?.rootNode;
  if (root === undefined) throw new Error("parse: the grammar gives no tree");
  trees.set(script, root);
  return root;
}

export const lineOf = (node: SyntaxNode): number => node.startPosition.row + 1;

/** All nodes of some types below a node, itself included, in the order of the text. */
export function nodesOf(root: SyntaxNode, ...types: string[]): SyntaxNode[] {
  return root.descendantsOfType(types).filter((node): node is SyntaxNode => node !== null);
}

/** The named children of a node. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return node.namedChildren.filter((child): child is SyntaxNode => child !== null);
}

/** The nearest node of a type around this one. */
export function enclosing(node: SyntaxNode, ...types: string[]): SyntaxNode | undefined {
  for (let at = node.parent; at !== null; at = at.parent) if (types.includes(at.type)) return at;
  return undefined;
}

/** The name of a variable in small letters, without `$`, `@`, braces and the scope; drives such as `env:` stay. */
export function variableName(node: SyntaxNode): string {
  return node.text
    .replace(/^[$@]\{?|\}$/g, "")
    .replace(/^(?:script|global|local|private|using):/i, "")
    .toLowerCase();
}

/** What did not parse: `line N: text`. */
export function parseErrors(script: string): string[] {
  const found: string[] = [];
  const visit = (node: SyntaxNode) => {
    if (node.isMissing) found.push(`line ${lineOf(node)}: ${node.type} is missing`);
    if (node.isError) found.push(`line ${lineOf(node)}: ${node.text.split("\n", 1)[0]}`);
    if (node.hasError) for (const child of node.children) if (child !== null) visit(child);
  };
  visit(parse(script));
  return found;
}

const whole: Record<string, Token["kind"]> = {
  string_literal: "string",
  variable: "variable",
  command_parameter: "parameter",
};

/** A script's tokens, without comments and the ends of lines. Throws where the script does not parse. */
export function tokenize(script: string): Token[] {
  const errors = parseErrors(script);
  if (errors.length > 0) throw new Error(errors.join("\n"));
  const found: Token[] = [];
  const visit = (node: SyntaxNode) => {
    if (node.type === "comment") return;
    const kind = whole[node.type];
    if (kind === undefined && node.childCount > 0) {
      for (const child of node.children) if (child !== null) visit(child);
      return;
    }
    const text = node.text.trim();
    if (text === "") return;
    const other = /^\w/.test(text) ? "word" : /^-[A-Za-z]/.test(text) ? "parameter" : "punctuation";
    found.push({ kind: kind ?? other, text, line: lineOf(node) });
  };
  visit(parse(script));
  return found;
}

function commandOf(node: SyntaxNode): Command {
  const parts = childrenOf(node);
  const operator = parts.find((part) => part.type === "command_invokation_operator");
  const name = parts.find((part) => /^command_name(_expr)?$/.test(part.type));
  const elements = parts.find((part) => part.type === "command_elements");
  const found: Command = {
    name: name?.text ?? "",
    ...(operator && { operator: operator.text }),
    parameters: [],
    arguments: [],
    line: lineOf(node),
    node,
  };
  let after: string | undefined;
  let separator = "";
  for (const element of elements === undefined ? [] : childrenOf(elements)) {
    if (element.type === "command_argument_sep") {
      separator = element.text;
      continue;
    }
    if (element.type === "command_parameter") {
      after = element.text.replace(/^-+/, "");
      found.parameters.push(after);
    } else if (!/^(redirection|comment|argument_list)$/.test(element.type)) {
      // The grammar takes `2>$null` for a word, and of `$a.B()` the brackets for one of their own.
      if (/^[0-9*]?>/.test(element.text)) continue;
      const splat = /^@[A-Za-z_]\w*$/.exec(element.text)?.[0].slice(1).toLowerCase();
      found.arguments.push({
        ...(after !== undefined && { after }),
        joined: after !== undefined && separator === ":",
        text: element.text,
        ...(splat !== undefined && { splat }),
        node: element,
      });
      after = undefined;
    }
  }
  return found;
}

/** Every command of a node that is called by its name: cmdlets, functions, programs. */
export function commandsIn(node: SyntaxNode): Command[] {
  // The grammar takes the range `1..3` for a command, and `catch` on a line of its own in `$x = try { }`.
  return nodesOf(node, "command")
    .map(commandOf)
    .filter(
      ({ name, operator }) => operator === undefined && !/^([0-9].*|catch|finally)$/.test(name),
    );
}

/** Every call through `&` or `.` of a node. */
export function invocationsIn(node: SyntaxNode): Command[] {
  return nodesOf(node, "command")
    .map(commandOf)
    .filter(({ operator }) => operator !== undefined);
}

/** Every command of a script that is called by its name. */
export function commandsOf(script: string): Command[] {
  return commandsIn(parse(script));
}

/** The parameters of a function's node, or of the root of a whole script. */
export function parametersOf(node: SyntaxNode): Parameter[] {
  const block = childrenOf(node)
    .flatMap((child) => (child.type === "script_block" ? childrenOf(child) : [child]))
    .find((child) => /^(param_block|function_parameter_declaration)$/.test(child.type));
  const list = block && childrenOf(block).find((child) => child.type === "parameter_list");
  return (list === undefined ? [] : childrenOf(list))
    .filter((child) => child.type === "script_parameter")
    .map((parameter) => {
      const parts = childrenOf(parameter);
      const attributes = parts
        .filter((part) => part.type === "attribute_list")
        .map((part) => part.text)
        .join("");
      return {
        name: parts.find((part) => part.type === "variable")?.text.slice(1) ?? "",
        mandatory: /Mandatory(?!\s*=\s*\$false)/i.test(attributes),
        isSwitch: /\[switch\]/i.test(attributes),
        attributes,
      };
    });
}

/** The functions that a node defines. */
export function functionsIn(node: SyntaxNode): FunctionDefinition[] {
  return nodesOf(node, "function_statement").map((definition) => {
    const declared = parametersOf(definition);
    return {
      name: childrenOf(definition).find((child) => child.type === "function_name")?.text ?? "",
      parameters: declared.map(({ name }) => name),
      declared,
      line: lineOf(definition),
      node: definition,
    };
  });
}

/** The functions a script defines, with their parameters. */
export function functionsOf(script: string): FunctionDefinition[] {
  return functionsIn(parse(script));
}
