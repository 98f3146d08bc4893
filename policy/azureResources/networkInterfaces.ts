/** Rules of network interfaces that the library can never break: its own have one configuration for each family. */
import { at, received, type Finding } from "../../components/plan/findings";
import { rule, type Mistake } from "../../components/plan/rules/rule";
import { sources } from "../../components/plan/rules/sources";
import {
  isKnown,
  isObject,
  textAt,
  unknown,
  valueAt,
  type Plain,
  type PlainObject,
} from "../properties";
import type { Resource } from "../resource";

const page =
  "azure-docs, virtual-network/ip-services/virtual-network-network-interface-addresses.md";

export const hasConfiguration = rule(
  { id: "NIC-IPCONFIG", source: page },
  (_path, count: number) =>
    count === 0 ? ["is empty; an interface has at least one configuration"] : [],
);

export const hasIpv4 = rule(
  { id: "NIC-NEEDS-IPV4", source: sources.ipv6 },
  (_path, versions: readonly string[]) =>
    versions.length > 0 && versions.every((version) => version === "ipv6")
      ? ["has no configuration for IPv4; IPv6 stands beside IPv4 in Azure, never alone"]
      : [],
);

export const oneIpv6 = rule(
  { id: "NIC-ONE-IPV6", source: sources.ipv6 },
  (_path, versions: readonly string[]) => {
    const count = versions.filter((version) => version === "ipv6").length;
    return count > 1 ? [`has ${count} configurations for IPv6; an interface has one at most`] : [];
  },
);

export const subnetRequired = rule(
  { id: "NIC-SUBNET-REQUIRED", source: page },
  (_path, hasSubnet: boolean) =>
    hasSubnet ? [] : ["is missing; each configuration is in a subnet"],
);

export const onePrimary = rule(
  { id: "NIC-ONE-PRIMARY", source: page },
  (_path, primaries: number, count: number) => {
    if (primaries > 1) return [`has ${primaries} primary configurations; exactly one is primary`];
    return primaries === 0 && count > 1
      ? [`has ${count} configurations, of which none is primary; mark the one for IPv4`]
      : [];
  },
);

export const primaryIsIpv4 = rule(
  { id: "NIC-PRIMARY-IPV4", source: page },
  (_path, version: string) =>
    version === "ipv6"
      ? ['is "IPv6" in the primary configuration; the primary one is for IPv4']
      : [],
);

export const configurationNamesOnce = rule(
  { id: "NIC-IPCONFIG-NAME-DUP", source: page },
  (path, names: readonly (string | undefined)[]) => {
    const seen = new Map<string, string>();
    return names.flatMap((name, index): Mistake[] => {
      if (name === undefined) return [];
      const here = at(path, index);
      const earlier = seen.get(name.toLowerCase());
      seen.set(name.toLowerCase(), here);
      return earlier === undefined
        ? []
        : [
            {
              path: at(here, "name"),
              reason: `is ${received(name)}, the same as ${earlier}; each name once`,
            },
          ];
    });
  },
);

export const staticHasAddress = rule(
  {
    id: "NIC-STATIC-NEEDS-ADDRESS",
    source: "terraform-provider-azurerm#15265: PrivateIPAddressMissing",
  },
  (_path, method: string | undefined, hasAddress: boolean) =>
    method?.toLowerCase() === "static" && !hasAddress
      ? ["is missing; privateIPAllocationMethod is Static, so the address has to be said"]
      : [],
);

export function judgeNetworkInterface({ properties }: Resource): Finding[] {
  return judgeConfigurations("ipConfigurations", valueAt(properties, "ipConfigurations"));
}

/** Configurations of an interface, also of one that is declared inside a machine. */
export function judgeConfigurations(path: string, list: Plain | undefined): Finding[] {
  if (list === unknown || (Array.isArray(list) && list.includes(unknown))) return [];
  const all = Array.isArray(list) ? list.filter(isObject) : [];
  const primary = all.filter((one) => valueAt(one, "primary") === true);
  const knowsPrimary = all.every((one) => isKnown(one.primary));
  return [
    ...hasConfiguration(path, all.length),
    ...(all.every((one) => isKnown(one.privateIPAddressVersion))
      ? [...hasIpv4(path, all.map(versionOf)), ...oneIpv6(path, all.map(versionOf))]
      : []),
    ...(knowsPrimary ? onePrimary(path, primary.length, all.length) : []),
    ...configurationNamesOnce(
      path,
      all.map((one) => textAt(one, "name")),
    ),
    ...all.flatMap((one, index) => judgeConfiguration(at(path, index), one)),
  ];
}

function judgeConfiguration(path: string, one: PlainObject): Finding[] {
  const isPrimary = valueAt(one, "primary") === true;
  return [
    ...(isPrimary ? primaryIsIpv4(at(path, "privateIPAddressVersion"), versionOf(one)) : []),
    ...subnetRequired(at(path, "subnet"), valueAt(one, "subnet") !== undefined),
    ...staticHasAddress(
      at(path, "privateIPAddress"),
      textAt(one, "privateIPAllocationMethod"),
      valueAt(one, "privateIPAddress") !== undefined,
    ),
  ];
}

/** `ipv4` where nothing else is said, `unknown` where it is not known yet. */
function versionOf(configuration: PlainObject): string {
  const version = valueAt(configuration, "privateIPAddressVersion");
  if (version === unknown) return "unknown";
  return typeof version === "string" ? version.toLowerCase() : "ipv4";
}
