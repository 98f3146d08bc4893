/** Just enough of PowerShell's lexical rules to check the guest scripts without a PowerShell. */

export interface Token {
  kind: "word" | "string" | "variable" | "parameter" | "punctuation" | "newline";
  text: string;
  line: number;
}

export interface Command {
  name: string;
  /** Names of the parameters given, without the hyphen. */
  parameters: string[];
  line: number;
}

export interface FunctionDefinition {
  name: string;
  parameters: string[];
  line: number;
}

/** The first rule that matches decides. `-eq` and the like come out as parameters. */
const rules: [Token["kind"] | "nothing", RegExp][] = [
  ["nothing", /^<#[\s\S]*?#>/],
  ["nothing", /^#[^\n]*/],
  ["nothing", /^[ \t]+/],
  ["newline", /^\n/],
  ["string", /^'(?:[^']|'')*'/],
  ["string", /^"(?:[^"`]|`[\s\S]|"")*"/],
  ["variable", /^[$@](?:[A-Za-z]+:)?[A-Za-z_][A-Za-z0-9_]*/],
  ["variable", /^\$[_$^?]/],
  ["parameter", /^-[A-Za-z][A-Za-z0-9]*/],
  ["word", /^[A-Za-z0-9_]+(?:[-.][A-Za-z][A-Za-z0-9_]*)*/],
  ["punctuation", /^(?:@\(|@\{|\$\(|::|[(){}[\];|&,=!<>+*/%.:?-])/],
];

const closing: Record<string, string> = { "(": ")", "{": "}", "[": "]" };

/** Splits a script into tokens, without comments. Throws at what is no token and at brackets that do not match. */
export function tokenize(script: string): Token[] {
  const found: Token[] = [];
  const open: string[] = [];
  let line = 1;
  for (let rest = script; rest !== "";) {
    const rule = rules.find(([, pattern]) => pattern.test(rest));
    if (rule === undefined) throw new Error(`line ${line}: no token: ${rest.slice(0, 30)}`);
    const text = rule[1].exec(rest)?.[0] ?? "";
    if (rule[0] !== "nothing") found.push({ kind: rule[0], text, line });
    const expected = closing[text.slice(-1)];
    if (rule[0] === "punctuation" && expected !== undefined) open.push(expected);
    if (rule[0] === "punctuation" && [")", "}", "]"].includes(text) && open.pop() !== text) {
      throw new Error(`line ${line}: ${text} closes something else`);
    }
    line += text.split("\n").length - 1;
    rest = rest.slice(text.length);
  }
  if (open.length > 0) throw new Error(`${open[open.length - 1]} is missing at the end`);
  return found;
}

const keywords = new Set(
  "function param if elseif else foreach while do until for switch try catch finally throw return exit in begin process end continue break".split(
    " ",
  ),
);

/** What may stand before a command: a statement's start, a pipe, an opening bracket, an assignment, some keywords. */
function startsCommand(before: Token | undefined): boolean {
  if (before === undefined || before.kind === "newline") return true;
  if (before.kind === "word") return ["return", "throw", "exit", "else"].includes(before.text);
  return ["{", "(", "@(", "$(", ";", "|", "=", "&", "}", "+"].includes(before.text);
}

/** Every command of a script with its parameters. Keys of hashtables and members are not commands. */
export function commandsOf(script: string): Command[] {
  const all = tokenize(script);
  const commands: Command[] = [];
  all.forEach((token, at) => {
    if (token.kind !== "word" || keywords.has(token.text.toLowerCase())) return;
    if (/^[0-9]/.test(token.text) || !startsCommand(all[at - 1])) return;
    if (all[at + 1]?.text === "=" || (all[at - 1]?.text === "[" && all[at - 2] !== undefined))
      return;
    if (all[at + 1]?.text === "." && all[at + 2]?.kind === "word") return;
    const parameters: string[] = [];
    let depth = 0;
    for (let next = at + 1; next < all.length; next++) {
      const { kind, text } = all[next];
      if (kind === "punctuation" && closing[text.slice(-1)] !== undefined && text !== "::") depth++;
      else if (depth === 0 && (kind === "newline" || [")", "}", "]", "|", ";"].includes(text)))
        break;
      else if ([")", "}", "]"].includes(text)) depth--;
      else if (depth === 0 && kind === "parameter") parameters.push(text.slice(1));
    }
    commands.push({ name: token.text, parameters, line: token.line });
  });
  return commands;
}

/** The functions a script defines, with the names of their parameters. */
export function functionsOf(script: string): FunctionDefinition[] {
  const all = tokenize(script);
  const found: FunctionDefinition[] = [];
  all.forEach((token, at) => {
    if (token.kind !== "word" || token.text !== "function") return;
    const start = all.findIndex((other, index) => index > at && other.text === "param");
    const parameters: string[] = [];
    let depth = 0;
    for (let next = start + 1; next < all.length; next++) {
      const { kind, text } = all[next];
      if (kind === "punctuation" && closing[text.slice(-1)] !== undefined && text !== "::") depth++;
      else if ([")", "}", "]"].includes(text) && --depth === 0) break;
      // Default values and attributes stand deeper or behind an equals sign.
      else if (depth === 1 && kind === "variable" && all[next - 1].text !== "=") {
        parameters.push(text.slice(1));
      }
    }
    found.push({ name: all[at + 1].text, parameters, line: token.line });
  });
  return found;
}
