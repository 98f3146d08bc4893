import { received } from "../findings";
import { rule } from "./rule";

/** An Azure region, by its name or as the portal shows it. Which there are, no package knows. */
export const location = rule(
  { id: "LOCATION", source: "azure-docs, azure-resource-manager/management: names of regions" },
  (_path, text: string) =>
    /^[A-Za-z][A-Za-z0-9]*( [A-Za-z0-9]+)*$/.test(text)
      ? []
      : [`is ${received(text)}; it is an Azure region such as westeurope`],
);

/** What is in one place to Azure, whatever way it is written. */
export function sameLocation(one: string, other: string): boolean {
  return normal(one) === normal(other);
}

function normal(text: string): string {
  return text.replace(/ /g, "").toLowerCase();
}

/** Interfaces, security groups and gateways are in the region of the network they belong to. */
export const locationOfNetwork = rule(
  { id: "REGION-NIC-VNET", source: "Azure: InvalidResourceReference (CromwellOnAzure#231)" },
  (_path, wanted: string, found: string, what: string) =>
    sameLocation(wanted, found)
      ? []
      : [
          `is ${received(wanted)}, but ${what} is in ${found}; machines, their interfaces and security groups are in the region of their network`,
        ],
);
