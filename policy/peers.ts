import type { PolicyConfigSchema } from "@pulumi/policy";
import { guestCommandOf, remoteCommand } from "./guestCommands";
import { elementsAt, isObject, textAt, unknown, valueAt } from "./properties";
import { azureType, azureTypes, type Resource } from "./resource";

/** How it is decided which virtual machines are peers. */
export interface PeerChoice {
  /**
   * `detected`: every Windows machine of a stack in which something shows that there are peers; `windows`: every Windows
   * machine of every stack; `tagged`: the machines that have the tag.
   */
  peers: "detected" | "windows" | "tagged";
  /** The tag's name for `tagged`. */
  tag: string;
}

export const peerChoiceDefaults: PeerChoice = { peers: "detected", tag: "peer" };

export const peerChoiceSchema: PolicyConfigSchema["properties"] = {
  peers: { type: "string", enum: ["detected", "windows", "tagged"], default: "detected" },
  tag: { type: "string", default: "peer" },
};

/** Ports whose rules show that there are peers: Grouping's and PNRP's. */
const peerPorts = new Set(["3587", "3540"]);

/** The virtual machines that are peers. */
export function peerMachines(resources: readonly Resource[], choice: PeerChoice): Resource[] {
  const machines = resources.filter(({ type }) => azureType(type) === azureTypes.virtualMachine);
  if (choice.peers === "tagged") {
    return machines.filter(({ properties }) => {
      const value = valueAt(properties, "tags", choice.tag);
      return value !== undefined && value !== unknown;
    });
  }
  if (choice.peers === "detected" && !resources.some(showsPeers)) return [];
  return machines.filter(isWindows);
}

/** The types that {@link peerMachines} wants to see. */
export function concernsPeers(type: string): boolean {
  const azure = azureType(type);
  return (
    azure === azureTypes.virtualMachine ||
    azure === azureTypes.networkSecurityGroup ||
    azure === azureTypes.securityRule ||
    type === remoteCommand ||
    type.startsWith("peerlab:")
  );
}

/** A component of the library, a command of the guest contract, or a rule for a port of the peer infrastructure. */
function showsPeers(resource: Resource): boolean {
  const { type, properties } = resource;
  if (type.startsWith("peerlab:") || guestCommandOf(resource)) return true;
  const rules =
    azureType(type) === azureTypes.networkSecurityGroup
      ? elementsAt(properties, "securityRules").map(([, rule]) => rule)
      : azureType(type) === azureTypes.securityRule
        ? [properties]
        : [];
  return rules.some((rule) =>
    [
      textAt(rule, "destinationPortRange"),
      ...elementsAt(rule, "destinationPortRanges").map(([, port]) => port),
    ].some((port) => typeof port === "string" && peerPorts.has(port)),
  );
}

/** By its settings or its image; a disk that is attached says it by its type. */
export function isWindows({ properties }: Resource): boolean {
  if (isObject(valueAt(properties, "osProfile", "windowsConfiguration"))) return true;
  if (isObject(valueAt(properties, "osProfile", "linuxConfiguration"))) return false;
  const osType = textAt(properties, "storageProfile", "osDisk", "osType");
  if (osType !== undefined) return osType.toLowerCase() === "windows";
  const publisher = textAt(properties, "storageProfile", "imageReference", "publisher");
  return /^microsoft(windows|visualstudio)/i.test(publisher ?? "");
}
