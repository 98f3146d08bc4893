import * as pulumi from "@pulumi/pulumi";
import * as privatedns from "@pulumi/azure-native/privatedns";
import { detached, unlessFailed, valueOf } from "./failedResources";
import { lean } from "./leanResource";
import { joined, together } from "./outputs";
import { seedZone } from "./plan/componentNames";
import { seedAddresses } from "./plan/seeds";
import { newToken } from "./secrets";
import { beforeEach } from "./sharedHook";
import type { SeedArgs, WindowsPeer, WindowsPeerArgs } from "./windowsPeer";

type Parent = { parent: pulumi.Resource };

/** Who the seeds of a lab are, as its arguments say it. */
export interface SeedArguments {
  seeds?: readonly string[];
  externalSeeds?: readonly string[];
}

/** The machines through which a lab's machines find the PNRP cloud, and the name they find them by. */
export interface LabSeed {
  /** Keys of the lab's own. */
  keys: pulumi.Output<readonly string[]>;
  /** Whether there is anybody to be found by the name. */
  isThere: boolean;
  /** Name of the private DNS zone. */
  zone: pulumi.Output<string>;
  /** The part of each machine. */
  partOf(machine: string): pulumi.Output<SeedArgs>;
}

/**
 * Decides the seeds: the machines that were named, else that of the candidates (all by default) that has been in the lab longest. So a
 * machine that comes never takes the part from another, which would have to be changed for it, and the part moves only when its
 * holder goes.
 */
export function labSeed(
  name: string,
  machines: readonly string[],
  { seeds: named, externalSeeds = [] }: SeedArguments,
  parent: Parent,
  candidates = machines,
): LabSeed {
  const kept = { ...parent, ignoreChanges: ["input"] };
  const since = Object.fromEntries(
    machines.map((machine) => {
      const stash = new pulumi.Stash(
        `${name}-${machine}-since`,
        { input: new Date().toISOString() },
        kept,
      );
      // Every machine asks for the times of all, and each of them may go.
      return [machine, detached(stash.output).apply(String)];
    }),
  );
  const keys: LabSeed["keys"] =
    named === undefined
      ? together(candidates.map((key) => since[key])).apply((times) => oldest(candidates, times))
      : pulumi.output(named).apply((known): readonly string[] => known);
  // Of its own for each lab, whatever its name and stack: a network cannot be linked to two zones of one name.
  const suffix = newToken().slice(0, 8);
  const zone = new pulumi.Stash(
    `${name}-seed-zone`,
    { input: seedZone(name, suffix) },
    kept,
  ).output.apply(String);
  return {
    keys,
    isThere: machines.length > 0 && (named ?? machines).length + externalSeeds.length > 0,
    zone,
    partOf: (machine) =>
      together([keys, zone]).apply(([seeds, zoneName]): SeedArgs => ({
        role: seeds.includes(machine) ? "seed" : "peer",
        server: `seed.${zoneName}`,
      })),
  };
}

/** The machine of the earliest time; of several, the first in the order given. */
function oldest(machines: readonly string[], times: readonly string[]): string[] {
  const earliest = [...times].sort()[0];
  return machines.slice(times.indexOf(earliest), times.indexOf(earliest) + 1);
}

/**
 * Declares the name: a private zone linked to the network, with the address of every seed. A change of seeds changes this record,
 * and the machines whose part it is.
 */
export function seedName(
  name: string,
  shared: Pick<WindowsPeerArgs, "resourceGroupName" | "tags">,
  virtualNetworkId: pulumi.Output<string>,
  seed: LabSeed,
  { externalSeeds = [] }: SeedArguments,
  peers: ReadonlyMap<string, WindowsPeer>,
  parent: Parent,
): void {
  const { resourceGroupName, tags } = shared;
  if (!seed.isThere) return;
  const addresses = seed.keys
    .apply((keys) => joined(keys.map((key) => addressOf(peers.get(key)))))
    .apply((own) =>
      seedAddresses(
        own.filter((address) => address !== ""),
        externalSeeds,
      ),
    );
  const zone = new privatedns.PrivateZone(
    `${name}-seed`,
    { resourceGroupName, tags, privateZoneName: seed.zone, location: "global" },
    lean(parent),
  );
  new privatedns.VirtualNetworkLink(
    `${name}-seed`,
    {
      resourceGroupName,
      tags,
      privateZoneName: zone.name,
      location: "global",
      registrationEnabled: false,
      virtualNetwork: { id: virtualNetworkId },
    },
    lean(parent),
  );
  new privatedns.PrivateRecordSet(
    `${name}-seed`,
    {
      resourceGroupName,
      privateZoneName: zone.name,
      recordType: "AAAA",
      relativeRecordSetName: "seed",
      ttl: 60,
      aaaaRecords: addresses.apply((known) => known.map((ipv6Address) => ({ ipv6Address }))),
    },
    lean({
      ...parent,
      hooks: beforeEach(
        { type: "azure-native:privatedns:PrivateRecordSet", name: `${name}-seed`, ...parent },
        async () => {
          if ((await valueOf(addresses)).length > 0) return;
          throw new Error("the seeds' name waits: no seed of the lab has an address yet");
        },
      ),
    }),
  );
}

/** One seed that failed does not keep the others from being found, and the record outlives each of them. */
function addressOf(peer: WindowsPeer | undefined): pulumi.Output<string> {
  return peer ? detached(unlessFailed(peer.privateIpv6, "")) : pulumi.output("");
}
