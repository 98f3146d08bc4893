/** Rules of public addresses that the library can never break, since it makes them Standard and static. */
import { at, received, type Finding } from "../../components/plan/findings";
import { rule } from "../../components/plan/rules/rule";
import { sources } from "../../components/plan/rules/sources";
import { textAt, unknown, valueAt } from "../properties";
import type { Resource } from "../resource";
import { ofNumber, ofText } from "./known";

const page = "azure-docs, virtual-network/ip-services/public-ip-addresses.md";

export const standardAddress = rule(
  {
    id: "PIP-BASIC-RETIRED",
    source: "Microsoft, public-ip-basic-upgrade-guidance: retired on 30 September 2025",
  },
  (_path, sku: string | undefined) =>
    sku?.toLowerCase() === "basic" || sku === undefined
      ? [
          `is ${sku === undefined ? "missing, which means Basic" : received(sku)}; Azure makes no Basic addresses any more: give Standard`,
        ]
      : [],
);

export const staticAddress = rule(
  { id: "PIP-STANDARD-STATIC", source: `${page}: StandardSkuPublicIPAddressesMustBeStatic` },
  (_path, sku: string | undefined, method: string | undefined) =>
    sku?.toLowerCase() === "standard" && method?.toLowerCase() !== "static"
      ? [
          `is ${method === undefined ? "missing, which means Dynamic" : received(method)}; a Standard address is Static`,
        ]
      : [],
);

export const addressIdleTimeout = rule(
  { id: "PIP-IDLE", source: page },
  (_path, minutes: number, version: string | undefined) => {
    if (version?.toLowerCase() === "ipv6") {
      return minutes === 4 ? [] : [`is ${received(minutes)}; of an IPv6 address it is 4 minutes`];
    }
    return minutes >= 4 && minutes <= 30
      ? []
      : [`is ${received(minutes)}; allowed are 4 to 30 minutes`];
  },
);

export const addressLabel = rule(
  { id: "PIP-DNSLABEL", source: sources.azureNative },
  (_path, label: string) =>
    /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label)
      ? []
      : [
          `is ${received(label)}; it has 3 to 63 lower-case letters, digits and hyphens, begins with a letter, and ends with no hyphen`,
        ],
);

export function judgePublicAddress({ properties }: Resource): Finding[] {
  const sku = valueAt(properties, "sku", "name");
  const method = valueAt(properties, "publicIPAllocationMethod");
  const name = textAt(properties, "sku", "name");
  return [
    ...(sku === unknown ? [] : standardAddress(at("sku", "name"), name)),
    ...(sku === unknown || method === unknown
      ? []
      : staticAddress("publicIPAllocationMethod", name, textAt({ method }, "method"))),
    ...(valueAt(properties, "publicIPAddressVersion") === unknown
      ? []
      : ofNumber(properties, "", ["idleTimeoutInMinutes"], (path, minutes) =>
          addressIdleTimeout(path, minutes, textAt(properties, "publicIPAddressVersion")),
        )),
    ...ofText(properties, "", ["dnsSettings", "domainNameLabel"], addressLabel),
  ];
}
