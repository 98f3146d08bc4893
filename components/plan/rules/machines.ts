import { received } from "../findings";
import { nearest } from "../nearest";
import { windowsTimeZones } from "../windowsTimeZones";
import { rule } from "./rule";
import { sources } from "./sources";
import { notAmong } from "./words";

/** The form of a VM size. Which sizes a region offers, no package knows. */
export const machineSize = rule(
  { id: "VM-SIZE", source: "azure-compute-docs, virtual-machines/vm-naming-conventions.md" },
  (_path, size: string) =>
    /^(Standard|Basic)_[A-Za-z0-9_-]+$/i.test(size)
      ? []
      : [`is ${received(size)}; it must be an Azure VM size such as Standard_D2s_v5`],
);

/** An availability zone of a region. */
export const availabilityZone = rule(
  { id: "VM-ONE-ZONE", source: sources.azureNative },
  (path, zone: string) => notAmong(path, zone, ["1", "2", "3"]),
);

/** An OS disk holds its image, and is no larger than Azure's OS disks are. */
export const osDiskSize = rule(
  { id: "OSDISK-SIZE", source: "azure-docs, virtual-machines/managed-disks-overview.md" },
  (_path, gigabytes: number) =>
    Number.isInteger(gigabytes) && gigabytes >= 127 && gigabytes <= 4095
      ? []
      : [
          `is ${received(gigabytes)}; a Windows image needs 127, and 4095 GiB is Azure's limit for an OS disk`,
        ],
);

export const osDiskTypes = [
  "Standard_LRS",
  "StandardSSD_LRS",
  "StandardSSD_ZRS",
  "Premium_LRS",
  "Premium_ZRS",
] as const;

/** The kinds of disk that may hold an operating system: not Ultra, for one. */
export const osDiskType = rule(
  { id: "OSDISK-ULTRA", source: sources.azureNative },
  (path, type: string) => notAmong(path, type, osDiskTypes),
);

/** The highest price of a spot machine. */
export const spotPrice = rule(
  { id: "SPOT-PRICE", source: sources.azureNative },
  (_path, price: number) =>
    price === -1 || (Number.isFinite(price) && price > 0)
      ? []
      : [
          `is ${received(price)}; it is a price in US dollars an hour, or -1 for the price on demand`,
        ],
);

export const evictionPolicies = ["Deallocate", "Delete"] as const;

/** What becomes of a spot machine that Azure wants back. */
export const evictionPolicy = rule(
  { id: "SPOT-EVICTION", source: sources.azureNative },
  (path, policy: string) => notAmong(path, policy, evictionPolicies),
);

export const patchModes = ["Manual", "AutomaticByOS", "AutomaticByPlatform"] as const;

/** Who installs updates. */
export const patchMode = rule(
  { id: "WIN-PATCHMODE", source: sources.azureNative },
  (path, mode: string) => notAmong(path, mode, patchModes),
);

export const licenseTypes = ["Windows_Client", "Windows_Server", "None"] as const;

/** The licences of a Windows machine. */
export const licenseType = rule(
  { id: "VM-LICENSE", source: sources.azureNative },
  (path, license: string) => notAmong(path, license, licenseTypes),
);

/** A time zone by the name Windows gives it, in any case; Azure says so only when the machine is being made. */
export const timeZone = rule(
  { id: "WIN-TIMEZONE", source: `${sources.azureNative}; Azure/azure-sdk-for-node#2266` },
  (_path, zone: string) => {
    if (windowsTimeZones.some((known) => known.toLowerCase() === zone.toLowerCase())) return [];
    const meant = nearest(zone, windowsTimeZones);
    return [
      `is ${received(zone)}${meant}; it is a Windows time zone such as W. Europe Standard Time, not Europe/Berlin`,
    ];
  },
);

export const outboundModes = ["instance", "natGateway", "existing", "none"] as const;
export type OutboundMode = (typeof outboundModes)[number];

/** The ways a machine may reach the internet. */
export const outboundMode = rule(
  { id: "OUTBOUND-MODE", source: "the four ways that are told apart here" },
  (path, mode: string) => notAmong(path, mode, outboundModes),
);

/** A machine that is to go out by its own address has one: the implicit way out is being withdrawn. */
export const outboundByOwnAddress = rule(
  {
    id: "OUTBOUND",
    source: "azure-docs, virtual-network/ip-services/default-outbound-access.md",
  },
  (_path, mode: string | undefined, hasPublicIpv4: boolean) =>
    mode === "instance" && !hasPublicIpv4
      ? [
          'is "instance", but the machine has no public IPv4 address; use "natGateway" or "existing"',
        ]
      : [],
);

/** The same of a lab whose machines are to go out by their own addresses: those without one would have no way out. */
export const outboundOfAll = rule(
  {
    id: "OUTBOUND-LAB",
    source: "azure-docs, virtual-network/ip-services/default-outbound-access.md",
  },
  (_path, mode: string | undefined, withoutPublicIpv4: readonly string[]) =>
    mode === "instance" && withoutPublicIpv4.length > 0
      ? [
          `is "instance", but ${withoutPublicIpv4.join(", ")} ${withoutPublicIpv4.length === 1 ? "has" : "have"} no public IPv4 address to go out by; use "natGateway"`,
        ]
      : [],
);

/** The steps on a machine go over SSH, by its public address or through a jump host. */
export const reachable = rule(
  { id: "MACHINE-UNREACHABLE", source: "every step on a machine goes over SSH" },
  (_path, publicIpv4: boolean | undefined, hasJumpHost: boolean) =>
    publicIpv4 === false && !hasJumpHost
      ? [
          "is false, and there is no jumpHost: nothing could reach the machine over SSH; give one of the two",
        ]
      : [],
);

/**
 * A public IPv6 address is no address of a peer's: Azure translates it, so PNRP publishes the private one, and nobody finds the
 * machine by it from outside. It is of use for the lab's programs alone.
 */
export const publicIpv6OfPeer = rule(
  {
    id: "PEER-PUBLIC-IPV6",
    source:
      "PNRP publishes the addresses of the machine's own interfaces; Azure translates public ones",
    severity: "warning",
  },
  (_path, publicIpv6: boolean | undefined) =>
    publicIpv6
      ? [
          "is true; Azure translates a public IPv6 address, so PNRP publishes the private one and no peer outside the network finds the machine by it: peer the networks instead, and name them in peerSources",
        ]
      : [],
);

/** Where an image without the capability gets its SSH server from; the query may hold a signature that lets the machine read it. */
export const openSshMsi = rule(
  { id: "OPENSSH-MSI", source: "what is installed as LocalSystem comes over https" },
  (_path, address: string) =>
    /^https:\/\/[^\s?#]+\.msi(\?[^\s#]*)?$/i.test(address)
      ? []
      : [
          `is ${addressShown(address)}; it must be an https address of an OpenSSH MSI such as https://example.org/OpenSSH-Win64.msi`,
        ],
);

/** An address without what may be secret in it: a user's name and password, and a signature in the query. */
function addressShown(address: string): string {
  const [text] = address.split(/[?#]/);
  if (!address.includes("@")) return received(text);
  try {
    const { protocol, host, pathname } = new URL(address);
    const known = `${protocol}//${host}${pathname}`;
    return known.includes("@") ? "(not shown)" : received(known);
  } catch {
    return "(not shown)";
  }
}

export const whenOffModes = ["fail", "start", "skip"] as const;

/** What becomes of a step on a machine that is off. */
export const whenOff = rule(
  { id: "WHEN-OFF", source: "the three things that can be done about a machine that is off" },
  (path, mode: string) => notAmong(path, mode, whenOffModes),
);

/** How long a machine may be silent. */
export const answerTimeout = rule(
  { id: "ANSWER-TIMEOUT", source: "two hours are longer than any update of Windows" },
  (_path, seconds: number) =>
    Number.isInteger(seconds) && seconds >= 1 && seconds <= 7200
      ? []
      : [`is ${received(seconds)}; it is a whole number of seconds from 1 to 7200`],
);

export const seedRoles = ["seed", "peer"] as const;

/** The part of a machine in finding the PNRP cloud. */
export const seedRole = rule(
  { id: "SEED-ROLE", source: "a machine is a seed or uses one" },
  (path, role: string) => notAmong(path, role, seedRoles),
);

/** Windows' policy for the PNRP seed takes one name or one address. */
export const seedServer = rule(
  { id: "SEED-SERVER", source: "the policy of P2P-pnrp.admx, which takes one server" },
  (_path, server: string) =>
    /^[A-Za-z0-9.:-]+$/.test(server)
      ? []
      : [`is ${received(server)}; it is one DNS name or one IPv6 address`],
);
