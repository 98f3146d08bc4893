import * as fc from "fast-check";
import type { JumpHost, LabMachineArgs, Outbound } from "../../../components";
import { subscription } from "../memoryAzure";
import { address, ipv6Address } from "./addresses";
import { computerName, timeZone } from "./names";
import { optional } from "./optional";

/** Images by name, with the kind of licence that fits them. */
const images = [
  ["windows-11", "Windows_Client"],
  ["windows-11-23h2", "Windows_Client"],
  ["windows-10", "Windows_Client"],
  ["windows-server-2025", "Windows_Server"],
  ["windows-server-2022", "Windows_Server"],
  ["windows-server-2019", "Windows_Server"],
  ["windows-server-2016", "Windows_Server"],
] as const;

/** An image of the marketplace's, or one of somebody's own in a gallery. */
const imageReference = fc.oneof(
  fc.record({
    publisher: fc.constant("MicrosoftWindowsDesktop"),
    offer: fc.constant("windows-11"),
    sku: fc.constantFrom("win11-24h2-ent", "win11-24h2-pro", "win11-23h2-ent"),
    version: fc.constantFrom("latest", "26100.3194.250210"),
  }),
  fc.record({
    id: fc.constantFrom(
      `/subscriptions/${subscription}/resourceGroups/images/providers/Microsoft.Compute/galleries/ours/images/peer`,
      `/subscriptions/${subscription}/resourceGroups/images/providers/Microsoft.Compute/galleries/ours/images/peer/versions/1.0.0`,
      `/subscriptions/${subscription}/resourceGroups/images/providers/Microsoft.Compute/images/peer-2026`,
    ),
  }),
);

const chosenImage = fc.oneof(
  fc.constant({}),
  fc
    .tuple(fc.constantFrom(...images), fc.boolean())
    .map(([[image, licenseType], said]) => (said ? { image, licenseType } : { image })),
  fc
    .tuple(imageReference, optional(fc.constant("Windows_Client")))
    .map(([reference, licenseType]) => ({
      imageReference: reference,
      ...(licenseType && { licenseType }),
    })),
);

/** A price of at most five digits after the point. */
const price = fc.oneof(
  fc.constant(-1),
  fc.integer({ min: 1, max: 500_000 }).map((value) => value / 100_000),
);

/** Spot machines are not to be had in the burstable sizes. */
const sizeAndSpot = fc.oneof(
  fc.record(
    {
      size: fc.constantFrom(
        "Standard_D2s_v5",
        "Standard_D4ds_v5",
        "Standard_B2ms",
        "Standard_E2s_v5",
      ),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      size: fc.constantFrom("Standard_D2s_v5", "Standard_D4as_v5"),
      spot: fc.record(
        {
          maxPrice: price,
          evictionPolicy: fc.constantFrom("Deallocate" as const, "Delete" as const),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: ["spot"] },
  ),
);

const time = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(""));

const autoShutdown = fc
  .record(
    {
      time,
      timeZone,
      notifyEmail: fc.constantFrom("ada@example.org", "lab+night@example.co.uk"),
      notifyMinutes: fc.oneof(fc.integer({ min: 15, max: 120 }), fc.constantFrom(15, 120)),
    },
    { requiredKeys: ["time"] },
  )
  .map(({ notifyMinutes, ...rest }) =>
    rest.notifyEmail === undefined || notifyMinutes === undefined
      ? rest
      : { ...rest, notifyMinutes },
  );

/** What a machine is, without how it is reached; every argument given or not. */
const features: fc.Arbitrary<LabMachineArgs> = fc
  .tuple(
    chosenImage,
    sizeAndSpot,
    fc.record(
      {
        osDisk: fc.record(
          {
            sizeGb: fc.oneof(fc.integer({ min: 127, max: 4095 }), fc.constantFrom(127, 4095)),
            type: fc.constantFrom(
              "Standard_LRS" as const,
              "StandardSSD_LRS" as const,
              "StandardSSD_ZRS" as const,
              "Premium_LRS" as const,
              "Premium_ZRS" as const,
            ),
          },
          { requiredKeys: [] },
        ),
        zone: fc.constantFrom("1", "2", "3"),
        trustedLaunch: fc.boolean(),
        encryptionAtHost: fc.boolean(),
        bootDiagnostics: fc.boolean(),
        autoShutdown,
        timeZone,
        patchMode: fc.constantFrom(
          "Manual" as const,
          "AutomaticByOS" as const,
          "AutomaticByPlatform" as const,
        ),
        openSshMsi: fc.constantFrom(
          "https://example.org/OpenSSH-Win64.msi",
          "https://ada.example.org:8443/a%20b/openssh.MSI",
          "https://ada.blob.core.windows.net/peers/openssh.msi?sp=r&sig=abc%2Fdef%3D",
        ),
      },
      { requiredKeys: [] },
    ),
  )
  .map((parts) => Object.assign({}, ...parts));

/** How a machine may be reached and may reach others: with a jump host it needs no address of its own. */
export interface Reach {
  jumpHost: boolean;
  /** What the subnet offers beside the machine's own address. */
  outbound: readonly Outbound[];
}

/** A machine's arguments as `PeerLab` and `WindowsPeer` share them, all that can be said at once fitting together. */
export const machine = ({ jumpHost, outbound }: Reach): fc.Arbitrary<LabMachineArgs> =>
  fc
    .tuple(
      features,
      fc.record(
        {
          computerName,
          publicIpv4: jumpHost ? fc.boolean() : fc.constant(true),
          publicIpv6: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      optional(fc.constantFrom<Outbound>("instance", ...outbound)),
    )
    .map(([known, reached, wanted]): LabMachineArgs => {
      const hasAddress = reached.publicIpv4 ?? !jumpHost;
      const way = wanted === "instance" && !hasAddress ? undefined : wanted;
      return { ...known, ...reached, ...(way && { outbound: way }) };
    });

export const hostKey = fc.constantFrom(
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0nEU8cyKZ5m9wZ1Qm4H8p3p1xw2QmS0fQK4XbTn1aB",
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJ0nEU8",
);

/** A jump host; its own address is `privateAddress` where that is asked for. */
export const jumpHost: fc.Arbitrary<JumpHost> = fc.record(
  {
    host: fc.oneof(fc.constantFrom("jump.example.org", "localhost", "ädå.example"), address),
    port: fc.oneof(fc.integer({ min: 1, max: 65535 }), fc.constantFrom(1, 65535)),
    user: fc.constantFrom("jump", "ada.lovelace", "DOMAIN\\ada"),
    password: fc.constantFrom("x", "a long one with spaces"),
    privateKey: fc.constant(
      "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
    ),
    hostKey,
    privateAddress: address,
  },
  { requiredKeys: ["host", "user"] },
);

/** How a machine finds the PNRP cloud. */
export const seed = fc.record({
  role: fc.constantFrom("seed" as const, "peer" as const),
  server: fc.oneof(fc.constantFrom("seed.lab.internal", "SEED-1"), ipv6Address),
});

export const stepPolicy = {
  whenOff: fc.constantFrom("fail" as const, "start" as const, "skip" as const),
  answerTimeoutSeconds: fc.oneof(fc.integer({ min: 1, max: 7200 }), fc.constantFrom(1, 7200)),
};

/** What the Windows Firewall lets in. */
export const networking = fc.record(
  {
    firewallRules: fc.array(
      fc.record({
        name: fc.constantFrom("PeerLab-A", "PeerLab-Graph-5000-IPv6"),
        displayName: fc.constantFrom("Peer lab: application", "ä"),
        protocol: fc.constantFrom("TCP", "UDP"),
        port: fc.integer({ min: 1, max: 65535 }),
        family: fc.constantFrom("IPv4", "IPv6"),
        remoteAddresses: fc.array(address, { minLength: 1, maxLength: 3 }),
        edgeTraversal: fc.constantFrom("Block", "Allow"),
      }),
      { maxLength: 3 },
    ),
    seed,
  },
  { requiredKeys: ["firewallRules"] },
);
