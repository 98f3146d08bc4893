import {
  childrenOf,
  commandsOf,
  functionsOf,
  lineOf,
  nodesOf,
  parse,
  parseErrors,
  tokenize,
} from "../powershell";
import { approvedVerbs } from "./commands";
import { finding, isEntry, type Rule } from "./script";

/** No `ERROR` and no missing node in the tree. */
export const parses: Rule = (script) => [
  ...parseErrors(script.text).map((error) => `${script.file}: ${error}`),
  ...nodesOf(parse(script.text), "pipeline_chain_tail").map((node) =>
    finding(script, lineOf(node), `${node.text} exists in PowerShell 7 alone`),
  ),
];

/** Windows PowerShell reads a file without a mark in the ANSI code page. */
export const asciiWithLineFeeds: Rule = (script) =>
  script.text
    .split("\n")
    .flatMap((text, at) =>
      /^[\x20-\x7e]*$/.test(text)
        ? []
        : [finding(script, at + 1, "not ASCII, a tab or a carriage return")],
    )
    .concat(script.text.endsWith("\n") ? [] : [finding(script, 1, "no line feed at the end")]);

/** Among the arguments of a method, `-f` takes only what stands before the next comma; the rest become arguments of the method. */
export const formatsInParentheses: Rule = (script) =>
  nodesOf(parse(script.text), "format_argument_expression")
    .filter((node) => childrenOf(node).some(({ type }) => type === "format_operator"))
    .map((node) =>
      finding(script, lineOf(node), `${node.text} is an argument; put the format in parentheses`),
    );

export const approvedVerbsOnly: Rule = (script) =>
  functionsOf(script.text)
    .filter(
      ({ name }) =>
        !/^[A-Z][A-Za-z]+-[A-Z][A-Za-z0-9]+$/.test(name) || !approvedVerbs.has(name.split("-")[0]),
    )
    .map(({ name, line }) => finding(script, line, `${name} does not begin with an approved verb`));

/** Every function begins with its comment-based help, which has a sentence. */
export const helpOnEveryFunction: Rule = (script) =>
  functionsOf(script.text)
    .filter(({ node }) => !/^function [\w-]+ \{\s*<#\s*\.SYNOPSIS\s+[A-Z0-9]/.test(node.text))
    .map(({ name, line }) => finding(script, line, `${name} has no help`));

/** What runs by itself sets strict mode and both preferences. */
export const strictEntries: Rule = (script) => {
  if (!isEntry(script)) return [];
  const wanted: [string, RegExp][] = [
    ["Set-StrictMode -Version", /^Set-StrictMode -Version \d/m],
    ["$ErrorActionPreference = 'Stop'", /^\$ErrorActionPreference = 'Stop'$/m],
    ["$ProgressPreference = 'SilentlyContinue'", /^\$ProgressPreference = 'SilentlyContinue'$/m],
  ];
  return wanted
    .filter(([, pattern]) => !pattern.test(script.text))
    .map(([text]) => finding(script, 1, `runs by itself without ${text}`));
};

/** PowerShell reads standard input itself where a script mentions the pipeline variable. */
export const standardInputUntouched: Rule = (script) =>
  nodesOf(parse(script.text), "variable")
    .filter((node) => /^[$@]\{?input\}?$/i.test(node.text))
    .map((node) => finding(script, lineOf(node), "mentions the pipeline variable"));

const evaluating = /^(Invoke-Expression|iex|Start-Transcript|Invoke-Command)$/i;

/** Text is never run, and nothing writes a protocol of what was said. */
export const noEvaluation: Rule = (script) => [
  ...commandsOf(script.text)
    .filter(({ name }) => evaluating.test(name))
    .map(({ name, line }) => finding(script, line, `${name} runs or records text`)),
  ...tokenize(script.text)
    .filter(
      ({ text }) => /^-(e|ec|enc|encodedcommand)$/i.test(text) || /-EncodedCommand\b/i.test(text),
    )
    .map(({ line }) => finding(script, line, "an encoded command")),
  ...nodesOf(parse(script.text), "invokation_expression")
    .filter((node) => /^\[scriptblock\]::Create|\.InvokeScript\(|\.ExpandString\(/i.test(node.text))
    .map((node) => finding(script, lineOf(node), `${node.text.split("\n", 1)[0]} runs text`)),
];
