import {
  enclosing,
  functionsOf,
  nodesOf,
  parse,
  variableName,
  type Command,
  type FunctionDefinition,
  type SyntaxNode,
} from "../powershell";

/** One script with its place in findings. */
export interface Script {
  file: string;
  text: string;
}

/** A rule over one script. `all` are the functions of every script of the set. Gives findings `file:line: text`. */
export type Rule = (script: Script, all: ReadonlyMap<string, FunctionDefinition>) => string[];

/** The functions of several scripts by name. */
export function functionsOfAll(scripts: readonly Script[]): Map<string, FunctionDefinition> {
  return new Map(
    scripts
      .flatMap(({ text }) => functionsOf(text))
      .map((definition) => [definition.name, definition]),
  );
}

export function finding(script: Script, line: number, text: string): string {
  return `${script.file}:${line}: ${text}`;
}

/** The function around a node, or the whole script where it stands outside of any. */
export function bodyAround(node: SyntaxNode, script: Script): SyntaxNode {
  return enclosing(node, "function_statement") ?? parse(script.text);
}

/**
 * The keys of a splatted hashtable: of the literals that the body around the command assigns to the variable, and of
 * `$variable['Key'] = ...`. Undefined where the body assigns none.
 */
export function splattedKeys(variable: string, body: SyntaxNode): Set<string> | undefined {
  const keys = new Set<string>();
  let found = false;
  for (const assignment of nodesOf(body, "assignment_expression")) {
    const [left] = nodesOf(assignment, "left_assignment_expression");
    const [target] = nodesOf(left, "variable");
    if (target === undefined || variableName(target) !== variable) continue;
    const index = /\[\s*'([^']*)'\s*\]$/.exec(left.text)?.[1];
    if (index !== undefined) keys.add(index.toLowerCase());
    else if (nodesOf(left, "element_access", "member_access").length === 0) {
      const [literal] = nodesOf(assignment, "hash_literal_expression");
      if (literal === undefined) continue;
      found = true;
      for (const entry of nodesOf(literal, "key_expression")) {
        // Keys of a hashtable inside of this one are no parameters.
        if (enclosing(entry, "hash_literal_expression")?.id !== literal.id) continue;
        keys.add(entry.text.replace(/^['"]|['"]$/g, "").toLowerCase());
      }
    }
  }
  return found ? keys : undefined;
}

/** The parameters a command is given, in small letters, those of splatted hashtables included. */
export function parametersGiven(command: Command, script: Script): Set<string> {
  const given = new Set(command.parameters.map((name) => name.toLowerCase()));
  for (const { splat } of command.arguments) {
    if (splat === undefined) continue;
    for (const key of splattedKeys(splat, bodyAround(command.node, script)) ?? []) given.add(key);
  }
  return given;
}

/** A script that does something when it is run, and not only defines. */
export function isEntry(script: Script): boolean {
  const root = parse(script.text);
  const list = root.namedChildren.find((child) => child?.type === "statement_list");
  return (list?.namedChildren ?? []).some((statement) => {
    if (statement === null || /^(function_statement|comment|empty_statement)$/.test(statement.type))
      return false;
    return (
      !/^\$(script:)?\w+ = /.test(statement.text) ||
      /^\$(ErrorAction|Progress)Preference/.test(statement.text)
    );
  });
}
