import type { ImageTraits } from "./images";

/** Key in small letters, then value name in small letters. */
export type Registry = Record<string, Record<string, string | number>>;

export const registryKeys = {
  ipv6Parameters: "HKLM/SYSTEM/CurrentControlSet/Services/Tcpip6/Parameters",
  peernetPolicy: "HKLM/SOFTWARE/Policies/Microsoft/Peernet",
  globalCloudPolicy: "HKLM/SOFTWARE/Policies/Microsoft/Peernet/Pnrp/IPv6-Global",
  lsa: "HKLM/SYSTEM/CurrentControlSet/Control/Lsa",
  openSsh: "HKLM/SOFTWARE/OpenSSH",
} as const;

/** Bit 0x10 of DisabledComponents: IPv6 off on network adapters. The other bits are other decisions of the image. */
export const nativeInterfacesOff = 0x10;

export type RegistryKey = (typeof registryKeys)[keyof typeof registryKeys];

export function readRegistry(
  registry: Registry,
  key: RegistryKey,
  name: string,
): string | number | undefined {
  return registry[key.toLowerCase()]?.[name.toLowerCase()];
}

/** Sets a value, or removes it; says whether that changed anything. */
export function writeRegistry(
  registry: Registry,
  key: RegistryKey,
  name: string,
  value: string | number | undefined,
): boolean {
  if (readRegistry(registry, key, name) === value) return false;
  const values = (registry[key.toLowerCase()] ??= {});
  if (value === undefined) delete values[name.toLowerCase()];
  else values[name.toLowerCase()] = value;
  return true;
}

export function newRegistry(traits: ImageTraits): Registry {
  const registry: Registry = {};
  if (traits.hardened) {
    writeRegistry(registry, registryKeys.ipv6Parameters, "DisabledComponents", 0xff);
    writeRegistry(registry, registryKeys.peernetPolicy, "Disabled", 1);
    // "Do not allow storage of passwords and credentials for network authentication".
    writeRegistry(registry, registryKeys.lsa, "DisableDomainCreds", 1);
  }
  return registry;
}
