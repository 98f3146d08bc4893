import { at } from "../components/plan/findings";
import { concernsPeers, peerChoiceDefaults, peerChoiceSchema, peerMachines } from "./peers";
import type { PeerChoice } from "./peers";
import { stackPolicy, type Stack, type StackFinding } from "./policy";
import { elementsAt, textAt, unknown, valueAt, type Plain } from "./properties";
import { azureType, azureTypes } from "./resource";

/** What is wrong with the interfaces of the stack's peers. Interfaces of other stacks are not seen, and not judged. */
export function judgePeers(stack: Stack, choice: PeerChoice): StackFinding[] {
  const interfaces = new Map(
    stack.resources
      .filter(({ type }) => azureType(type) === azureTypes.networkInterface)
      .map((resource) => [resource.urn, resource]),
  );
  return peerMachines(stack.resources, choice).flatMap(({ urn, properties }) => {
    const made = stack
      .dependencies(urn, "networkProfile")
      .flatMap((dependency) => interfaces.get(dependency) ?? []);
    // More than are named: made of all that a component declares, and nobody can tell which it is.
    const named = elementsAt(properties, "networkProfile", "networkInterfaces").length;
    const own = made.length > named ? [] : made;
    const inline = elementsAt(properties, "networkProfile", "networkInterfaceConfigurations");
    return [
      ...own
        .filter((nic) => lacksIpv6(valueAt(nic.properties, "ipConfigurations")))
        .map((nic) => finding(nic.urn, "ipConfigurations")),
      ...inline
        .filter(([, nic]) => lacksIpv6(valueAt(nic, "ipConfigurations")))
        .map(([index]) => {
          const path = at("networkProfile.networkInterfaceConfigurations", index);
          return finding(urn, at(path, "ipConfigurations"));
        }),
    ];
  });
}

export const ipv6OnPeers = stackPolicy<PeerChoice>(
  {
    name: "ipv6-on-peers",
    description: "The network interface of every peer has an IPv6 configuration.",
    enforcementLevel: "mandatory",
    configSchema: { properties: peerChoiceSchema },
    defaults: peerChoiceDefaults,
  },
  (type) => concernsPeers(type) || azureType(type) === azureTypes.networkInterface,
  judgePeers,
);

/** Whether it is known that none of the configurations is for IPv6; Azure takes IPv4 where none is said. */
function lacksIpv6(configurations: Plain | undefined): boolean {
  if (configurations === unknown) return false;
  if (!Array.isArray(configurations)) return true;
  return configurations.every(
    (configuration) =>
      configuration !== unknown &&
      valueAt(configuration, "privateIPAddressVersion") !== unknown &&
      textAt(configuration, "privateIPAddressVersion")?.toLowerCase() !== "ipv6",
  );
}

function finding(urn: string, path: string): StackFinding {
  return {
    urn,
    path,
    reason:
      "has no configuration with privateIPAddressVersion IPv6; Windows peer networking runs over IPv6: add one beside the primary IPv4 configuration",
    rule: "PEER-IPV6",
  };
}
