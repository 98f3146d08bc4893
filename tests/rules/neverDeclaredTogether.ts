import type { Declared } from "../components/mocks";

const ofType = (lab: Declared[], ...types: string[]) =>
  lab.filter(({ type }) => types.some((one) => type === `azure-native:${one}`));
const different = (values: unknown[]) => new Set(values).size === values.length;

/** Ids of the public addresses of all interfaces and gateways. */
function addressesInUse(lab: Declared[]): string[] {
  return [
    ...ofType(lab, "network:NetworkInterface").flatMap(({ inputs }) =>
      inputs.ipConfigurations.flatMap((configuration: Declared["inputs"]) =>
        configuration.publicIPAddress ? [configuration.publicIPAddress.id] : [],
      ),
    ),
    ...ofType(lab, "network:NatGateway").flatMap(({ inputs }) =>
      inputs.publicIpAddresses.map(({ id }: { id: string }) => id),
    ),
  ];
}

/** What holds for the resources of one lab, taken together, and the rules of Azure that it keeps. */
export const proofsOfLabs: [rules: string, holds: (lab: Declared[]) => boolean][] = [
  [
    "REGION-NAT REGION-NAT-PIP REGION-NIC-NSG REGION-NIC-PIP REGION-VM-NIC RUNCMD-LOCATION SCHEDULE-TARGET",
    (lab) => {
      const regional = lab.filter(
        ({ type }) =>
          /^azure-native:(compute|network|devtestlab):/.test(type) &&
          type !== "azure-native:network:Subnet",
      );
      return new Set(regional.map(({ inputs }) => inputs.location)).size === 1;
    },
  ],
  ["PIP-ONE-USE", (lab) => different(addressesInUse(lab))],
  [
    "NAT-IPV4-ONLY",
    (lab) =>
      ofType(lab, "network:NatGateway").every(({ inputs }) =>
        inputs.publicIpAddresses.every(({ id }: { id: string }) =>
          ofType(lab, "network:PublicIPAddress").some(
            (address) =>
              id === `${address.name}-id` && address.inputs.publicIPAddressVersion === "IPv4",
          ),
        ),
      ),
  ],
  [
    "NIC-ONE-VM",
    (lab) =>
      different(
        ofType(lab, "compute:VirtualMachine").map(
          ({ inputs }) => inputs.networkProfile.networkInterfaces[0].id,
        ),
      ),
  ],
  [
    "RUNCMD-COUNT",
    (lab) =>
      different(
        ofType(lab, "compute:VirtualMachineRunCommandByVirtualMachine").map(
          ({ inputs }) => inputs.vmName,
        ),
      ),
  ],
  [
    "DNS-LINK-NETWORK",
    (lab) =>
      ofType(lab, "privatedns:VirtualNetworkLink").every(
        ({ inputs }) =>
          inputs.virtualNetwork.id === `${ofType(lab, "network:VirtualNetwork")[0].name}-id`,
      ),
  ],
  [
    "LOCATION-UNCHANGEABLE",
    (lab) =>
      ofType(
        lab,
        "network:NetworkInterface",
        "network:NetworkSecurityGroup",
        "network:NatGateway",
      ).every(({ replaceOnChanges }) => replaceOnChanges.includes("location")),
  ],
  [
    "EXT-ONE-PER-HANDLER EXT-HANDLER-VERSION EXT-PROTECTED-XOR CSE-BOTH-SETTINGS CSE-NO-COMMAND CSE-IDENTITY-XOR-KEY CSE-LIMITS",
    (lab) => !lab.some(({ type }) => /extension/i.test(type)),
  ],
];

const deletion = "the order of deletions, which labs that are destroyed in tests/engine show";
const later =
  "what azure-native or the library replaces shows in updates, which tests/engine makes";

/** Rules that the page says are never broken, and that no declared resource proves: why that would not be cheap. */
export const unproved: Readonly<Record<string, string>> = {
  "NSG-IN-USE": deletion,
  "VNET-LINKED": deletion,
  "SUBNET-IN-USE": deletion,
  "NAT-IN-USE": deletion,
  "NIC-IN-USE": deletion,
  "DNS-ZONE-LINKED": deletion,
  "VM-LOCATION": later,
  "VM-RESIZE-TEMP-DISK": later,
  "VM-RESIZE-CONTROLLER": later,
  "RUNCMD-VM-RUNNING": "whether a machine is off is asked while the lab is made",
  "REF-MISSING": "ids are Azure's; tests/properties declares thousands to a stand-in that has them",
};
