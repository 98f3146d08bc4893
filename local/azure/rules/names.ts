import type { PutRequest } from "../arm/azure";
import type { Rule } from "./rule";

/** Names of network resources and their children: letters, digits, `_`, `.`, `-`. */
function networkName(minimum: number, maximum: number): Rule {
  return {
    id: "NAME",
    grade: "A",
    code: "InvalidResourceName",
    check: ({ name }) => invalidName(name, minimum, maximum),
  };
}

export function invalidName(name: string, minimum: number, maximum: number): string[] {
  const valid =
    name.length >= minimum &&
    name.length <= maximum &&
    /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(name);
  if (valid) return [];
  return [
    `Resource name ${name} is invalid. The name can be up to ${maximum} characters long. It must begin with a word ` +
      "character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.",
  ];
}

export const virtualNetworkName = networkName(2, 64);
export const networkChildName = networkName(1, 80);

/** Letters and digits of any script, as .NET's `Char.IsLetterOrDigit` knows them: one UTF-16 unit each. */
const groupName = /^[\p{Lu}\p{Ll}\p{Lt}\p{Lm}\p{Lo}\p{Nd}_().-]{1,90}$/u;
const beyondOneUnit = /[\u{10000}-\u{10FFFF}]/u;

export const resourceGroupName: Rule = {
  id: "NAME",
  grade: "A",
  code: "InvalidResourceGroup",
  check: ({ name }) =>
    groupName.test(name) && !beyondOneUnit.test(name) && !name.endsWith(".")
      ? []
      : [
          `The provided resource group name '${name}' is invalid: it has 1 to 90 letters, digits, '-', '_', '.', '(' ` +
            "or ')' and does not end with a period.",
        ],
};

export const virtualMachineName: Rule = {
  id: "VM-NAME",
  grade: "A",
  code: "InvalidParameter",
  check: ({ name }) =>
    /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?$/.test(name)
      ? []
      : [
          `The entity name '${name}' is invalid according to its validation rule: ` +
            "^[^_\\W][\\w-._]{0,79}(?<![-.])$, at most 64 characters for a virtual machine.",
        ],
};

/** A run command is named like a machine, and longer where wanted. */
export const runCommandName: Rule = {
  id: "RUNCMD-NAME",
  grade: "C",
  code: "InvalidParameter",
  check: ({ name }) =>
    /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?$/.test(name)
      ? []
      : [
          `The entity name '${name}' is invalid according to its validation rule: ^[^_\\W][\\w-._]{0,79}(?<![-.])$.`,
        ],
};

/** Names that stand more than once among the parts of a resource; case does not count. */
export function repeatedNames(parts: readonly { name?: string }[]): string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { name = "" } of parts) {
    const key = name.toLowerCase();
    if (seen.has(key)) repeated.add(key);
    seen.add(key);
  }
  return [...repeated];
}

export const twoOfOneName = (put: PutRequest, name: string) =>
  `Resource ${put.id} has two child resources with the same name (${name}).`;
