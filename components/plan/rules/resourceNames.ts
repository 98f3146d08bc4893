import { received } from "../findings";
import { rule } from "./rule";
import { sources } from "./sources";

/** What Azure allows the names of a kind of resource to be. */
interface NameForm {
  what: string;
  shortest: number;
  longest: number;
  pattern: RegExp;
  characters: string;
}

const networkPart = {
  shortest: 1,
  longest: 80,
  pattern: /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/,
  characters:
    "begins with a letter or digit, ends with a letter, digit or underscore, and holds letters, digits, periods, hyphens and underscores",
};

/** Kinds of resources that are named. */
export type NamedKind =
  | "virtualNetwork"
  | "subnet"
  | "networkSecurityGroup"
  | "publicAddress"
  | "networkInterface"
  | "natGateway"
  | "virtualMachine"
  | "runCommand"
  | "resourceGroup";

/** What the names of each kind may be. */
export const nameForms: Readonly<Record<NamedKind, NameForm>> = {
  virtualNetwork: { ...networkPart, what: "a virtual network", shortest: 2, longest: 64 },
  subnet: { ...networkPart, what: "a subnet" },
  networkSecurityGroup: { ...networkPart, what: "a network security group" },
  publicAddress: { ...networkPart, what: "a public IP address" },
  networkInterface: { ...networkPart, what: "a network interface" },
  natGateway: { ...networkPart, what: "a NAT gateway" },
  virtualMachine: { ...networkPart, what: "a virtual machine", longest: 64 },
  runCommand: { ...networkPart, what: "a run command" },
  resourceGroup: {
    what: "a resource group",
    shortest: 1,
    longest: 90,
    pattern: /^[\p{L}\p{N}_.()-]*[\p{L}\p{N}_()-]$/u,
    characters:
      "holds letters, digits, underscores, hyphens, periods and parentheses, and does not end with a period",
  },
};

/** The name of an Azure resource. */
export const resourceName = rule(
  { id: "NAME", source: sources.resourceNames },
  (_path, name: string, kind: NamedKind) => {
    const { what, shortest, longest, pattern, characters } = nameForms[kind];
    const reasons: string[] = [];
    if (name.length < shortest || name.length > longest) {
      reasons.push(
        `has ${name.length} characters; the name of ${what} has ${shortest} to ${longest}`,
      );
    }
    if (name !== "" && !pattern.test(name)) {
      reasons.push(`is ${received(name)}; the name of ${what} ${characters}`);
    }
    return reasons;
  },
);

/**
 * How long a component's name may be, so that the names of what it declares fit: `longest` is that of the tightest of them,
 * `tightest`.
 */
export const componentNameLength = rule(
  { id: "NAME-LENGTH", source: sources.resourceNames },
  (_path, name: string, longest: number, tightest: string) =>
    name.length > longest
      ? [
          `is ${received(name)}, ${name.length} characters; ${longest} are allowed, since ${tightest}`,
        ]
      : [],
);

/** What a component's name may hold: the names of what it declares begin with it. */
export const componentNameCharacters = rule(
  { id: "NAME-CHARACTERS", source: sources.resourceNames },
  (_path, name: string) =>
    /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)
      ? []
      : [
          `is ${received(name)}; the names of Azure resources begin with it, so it begins with a letter or digit and holds letters, digits, periods, hyphens and underscores`,
        ],
);

/** The name of a private DNS zone: labels of at most 63 characters that neither begin nor end with a hyphen. */
export const privateZoneName = rule(
  { id: "NAME-PRIVATE-ZONE", source: sources.resourceNames },
  (_path, name: string) => {
    const labels = name.split(".");
    const wrong = labels.find(
      (label) => !/^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label),
    );
    if (wrong !== undefined) {
      return [
        `makes the private DNS zone ${received(name)}; each part between periods has 1 to 63 letters, digits, hyphens and underscores, and neither begins nor ends with a hyphen`,
      ];
    }
    if (labels.length >= 2 && labels.length <= 34) return [];
    return [
      `makes the private DNS zone ${received(name)}, ${labels.length} parts between periods; allowed are 2 to 34`,
    ];
  },
);
