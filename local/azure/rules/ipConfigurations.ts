import type { Azure, PutRequest } from "../arm/azure";
import type { IPConfiguration, NetworkInterfaceProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { Rule } from "./rule";

export function configurations(put: PutRequest): IPConfiguration[] {
  return propertiesOf<NetworkInterfaceProperties>(put).ipConfigurations ?? [];
}

export function versionOf(configuration: IPConfiguration): "IPv4" | "IPv6" {
  return configuration.privateIPAddressVersion ?? "IPv4";
}

export const label = (put: PutRequest, { name }: IPConfiguration) =>
  `${put.id}/ipConfigurations/${name ?? ""}`;

export function each(
  check: (configuration: IPConfiguration, put: PutRequest, azure: Azure) => string[],
): Rule["check"] {
  return (put, azure) =>
    configurations(put).flatMap((configuration) => check(configuration, put, azure));
}
