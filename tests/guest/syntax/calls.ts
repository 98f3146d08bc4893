import {
  childrenOf,
  commandsIn,
  commandsOf,
  enclosing,
  nodesOf,
  parse,
  type Argument,
  type Command,
  type FunctionDefinition,
} from "../powershell";
import { commonParameters, knownCommands, knownPrograms, type Edition } from "./commands";
import { bodyAround, finding, parametersGiven, type Rule } from "./script";

/** Only commands of the list, programs of the list and functions of ours, spelt as they are there: so no alias either. */
export const onlyKnownCommands: Rule = (script, all) =>
  commandsOf(script.text)
    .filter(({ name }) => !knownCommands.has(name) && !knownPrograms.has(name) && !all.has(name))
    .map(({ name, line }) =>
      finding(script, line, `${name} is neither a function nor on the list of commands`),
    );

/** What has to stand before a command, in the same function, that not every Windows or edition has. */
const guards: { pattern: RegExp; server?: true; edition?: true }[] = [
  { pattern: /\bTest-ServerEdition\b/, server: true },
  { pattern: /\bGet-Command\b/, server: true, edition: true },
  { pattern: /\$PSVersionTable\.PSVersion|\$PSEdition/, edition: true },
];

function guarded(
  command: Command,
  script: { file: string; text: string },
  want: "server" | "edition",
) {
  const body = bodyAround(command.node, script);
  const before = script.text.slice(body.startIndex, command.node.startIndex);
  return guards.some((guard) => guard[want] && guard.pattern.test(before));
}

/** Nothing that only some Windows versions or one edition of PowerShell have, except behind a question for it. */
export const availableEverywhere: Rule = (script) =>
  commandsOf(script.text).flatMap((command) => {
    const known = knownCommands.get(command.name);
    if (known === undefined) return [];
    const found: string[] = [];
    if (known.windows.length < 6 && !guarded(command, script, "server")) {
      found.push(
        `${command.name} exists on ${known.windows.join(", ")} alone, and nothing asks before`,
      );
    }
    const only = (where: readonly Edition[], what: string) => {
      if (where.length < 2 && !guarded(command, script, "edition")) {
        found.push(
          `${what} exists in PowerShell ${where.join(", ")} alone, and nothing asks before`,
        );
      }
    };
    only(known.editions, command.name);
    for (const name of parametersGiven(command, script)) {
      only(known.parameters.get(name)?.editions ?? ["5.1", "7"], `${command.name} -${name}`);
    }
    return found.map((text) => finding(script, command.line, text));
  });

/** The parameter an argument belongs to; undefined for one that is given by place. */
function boundTo(argument: Argument, isSwitch: (name: string) => boolean): string | undefined {
  if (argument.after === undefined) return undefined;
  return isSwitch(argument.after) && !argument.joined ? undefined : argument.after;
}

function switchesOf(
  command: Command,
  all: ReadonlyMap<string, FunctionDefinition>,
): (name: string) => boolean {
  const own = all.get(command.name);
  const known = knownCommands.get(command.name);
  return (name) =>
    own?.declared.find((one) => one.name.toLowerCase() === name.toLowerCase())?.isSwitch ??
    known?.parameters.get(name.toLowerCase())?.isSwitch ??
    /^(verbose|debug)$/i.test(name);
}

/** Arguments of cmdlets and own functions go by name: a place says nothing, and differs between versions. */
export const namedArguments: Rule = (script, all) =>
  commandsOf(script.text).flatMap((command) => {
    if (!knownCommands.has(command.name) && !all.has(command.name)) return [];
    const isSwitch = switchesOf(command, all);
    return (
      command.arguments
        .filter((one) => one.splat === undefined && boundTo(one, isSwitch) === undefined)
        // Of `a,b` the second word belongs to the first.
        .filter(({ text }) => !text.startsWith(","))
        .map(({ text }) =>
          finding(script, command.line, `${command.name} takes ${text.split("\n", 1)[0]} by place`),
        )
    );
  });

/** Cmdlets get only parameters of the list, by their full names. */
export const knownParameters: Rule = (script) =>
  commandsOf(script.text).flatMap((command) => {
    const known = knownCommands.get(command.name);
    if (known === undefined) return [];
    return [...parametersGiven(command, script)]
      .filter((name) => !known.parameters.has(name) && !commonParameters.has(name))
      .map((name) =>
        finding(script, command.line, `${command.name} -${name} is not on the list of parameters`),
      );
  });

/** Own functions get only parameters that they have, and all that they must have. */
export const ownFunctionsCalledRight: Rule = (script, all) =>
  commandsOf(script.text).flatMap((command) => {
    const own = all.get(command.name);
    if (own === undefined) return [];
    const given = parametersGiven(command, script);
    const names = new Set(own.parameters.map((name) => name.toLowerCase()));
    const advanced = own.declared.some(({ attributes }) => /\[Parameter\(/i.test(attributes));
    const unknown = [...given].filter(
      (name) => !names.has(name) && !(advanced && commonParameters.has(name)),
    );
    const missing = own.declared
      .filter(({ mandatory, name }) => mandatory && !given.has(name.toLowerCase()))
      .filter(({ attributes }) => !/ValueFromPipeline/i.test(attributes));
    return [
      ...unknown.map((name) =>
        finding(script, command.line, `${command.name} has no parameter ${name}`),
      ),
      ...missing.map(({ name }) =>
        finding(script, command.line, `${command.name} needs the parameter ${name}`),
      ),
    ];
  });

/** Cmdlets that do not see the script's error preference get it named. */
export const namedErrorAction: Rule = (script) =>
  commandsOf(script.text)
    .filter((command) => knownCommands.get(command.name)?.ownPreference)
    .filter((command) => !parametersGiven(command, script).has("erroraction"))
    .map(({ name, line }) =>
      finding(script, line, `${name} does not see the error preference and names none`),
    );

/** `ConvertTo-Json` with an explicit depth: two levels are the default, and the rest is lost in silence. */
export const explicitDepth: Rule = (script) =>
  commandsOf(script.text)
    .filter((command) => command.name === "ConvertTo-Json")
    .filter((command) => !parametersGiven(command, script).has("depth"))
    .map(({ line }) => finding(script, line, "ConvertTo-Json without -Depth"));

/** `$null` stands on the left of a comparison: a list on the left would be filtered instead of compared. */
export const nullOnTheLeft: Rule = (script) =>
  nodesOf(parse(script.text), "comparison_expression").flatMap((node) => {
    const parts = childrenOf(node);
    if (parts.length !== 3 || !/^-[ic]?(eq|ne)$/i.test(parts[1].text)) return [];
    if (!/^\$null$/i.test(parts[2].text) || /^\$null$/i.test(parts[0].text)) return [];
    return [finding(script, node.startPosition.row + 1, `${node.text}: $null stands on the right`)];
  });

/** The names in `Export-ModuleMember -Function @(...)`. */
export function exportedFunctions(text: string): Set<string> {
  return new Set(
    commandsIn(parse(text))
      .filter(({ name }) => name === "Export-ModuleMember")
      .flatMap(({ node }) => nodesOf(node, "string_literal"))
      .filter((node) => enclosing(node, "command") !== undefined)
      .map((node) => node.text.slice(1, -1)),
  );
}
