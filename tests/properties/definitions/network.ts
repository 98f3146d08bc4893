import * as fc from "fast-check";
import type { GraphPortArgs, Outbound, PeerNetworkArgs } from "../../../components";
import { inside, ipv4Space, ipv6Space, overlap, room, sources, type Range } from "./addresses";
import {
  existingNetwork,
  existingSecurityGroup,
  type ExistingNetwork,
  type ExistingParts,
  type ExistingSecurityGroup,
} from "./existing";
import { resourceName, word, type Place } from "./names";
import { optional } from "./optional";

/** The part of a definition that is about its network, which `PeerNetwork` and `PeerLab` share. */
export type NetworkPart = Omit<
  PeerNetworkArgs,
  "resourceGroupName" | "location" | "tags" | "jumpHostAddress" | "servicePorts"
>;

export interface Network {
  args: NetworkPart;
  existing: ExistingParts;
  /** How many machines the subnet has room for. */
  room: number;
}

const taken = new Set(["TCP 22", "TCP 3389", "TCP 3587", "UDP 3540"]);
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Ports of applications, with the infrastructure's numbers of the other protocol among them. */
export const graphPorts: fc.Arbitrary<GraphPortArgs[]> = fc.uniqueArray(
  fc
    .record(
      {
        port: fc.oneof(
          fc.integer({ min: 1, max: 65535 }),
          fc.constantFrom(1, 65535, 22, 3540, 3587, 3389),
        ),
        protocol: fc.constantFrom("TCP" as const, "UDP" as const),
        name: fc.oneof(
          word({ first: letters, inner: `${letters}0123456789-`, last: `${letters}-9` }, 1, 40),
          fc.constantFrom("SSH", "RDP", "Graph-1", "Deny-VirtualNetwork"),
        ),
      },
      { requiredKeys: ["port"] },
    )
    .filter(({ port, protocol = "TCP", name = "" }) => {
      return !taken.has(`${protocol} ${port}`) && !/^(grouping|pnrp)$/i.test(name);
    }),
  {
    maxLength: 8,
    comparator: (one, other) =>
      (one.port === other.port && (one.protocol ?? "TCP") === (other.protocol ?? "TCP")) ||
      (one.name !== undefined && one.name.toLowerCase() === other.name?.toLowerCase()),
  },
);

/** Ranges of other networks that are peered with this one. */
const peers = optional(sources(0, 4));

/** Which parts of a network exist already. */
const shapes = ["new", "network", "subnet", "group", "network and group", "all"] as const;

/** A network in that place, in that resource group; without one, what exists is in a group that is named. */
export function network(place: Place, resourceGroup?: string): fc.Arbitrary<Network> {
  const shape = fc.oneof(
    { weight: 5, arbitrary: fc.constant<(typeof shapes)[number]>("new") },
    { weight: 4, arbitrary: fc.constantFrom(...shapes) },
  );
  return fc
    .tuple(shape, resourceGroup === undefined ? resourceName : optional(resourceName))
    .chain(([has, otherGroup]) => {
      const theirs = otherGroup ?? resourceGroup ?? "";
      const adopted = has === "subnet" || has === "all";
      const inNetwork = adopted || has.startsWith("network");
      return fc
        .tuple(
          fc.record(
            {
              adminSources: sources(1, 4).map((known) => known.map(({ text }) => text)),
              graphPorts,
              rdp: fc.boolean(),
              isolate: fc.boolean(),
              outbound: fc.constantFrom<Outbound>(
                "instance",
                "none",
                ...(adopted ? (["existing", "existing"] as const) : (["natGateway"] as const)),
              ),
            },
            { requiredKeys: ["adminSources"] },
          ),
          peers,
          inNetwork ? fc.constant({ spaces: [] }) : ranges,
          inNetwork ? existingNetwork(theirs, place) : fc.constant(undefined),
          has === "group" || has === "all" || has === "network and group"
            ? groupWithPriority(theirs, place)
            : fc.constant(undefined),
        )
        .map(([args, peerSources, own, there, group]) =>
          together({
            args,
            peerSources,
            own,
            there,
            group,
            adopted,
            theirs,
            named: otherGroup !== undefined,
          }),
        );
    })
    .map((made) => ({
      ...made,
      existing: {
        ...made.existing,
        resourceGroups: made.existing.resourceGroups
          .filter(({ name }) => name.toLowerCase() !== resourceGroup?.toLowerCase())
          .map(({ name }) => ({ name, location: place.group })),
      },
    }));
}

function groupWithPriority(resourceGroup: string, place: Place) {
  return fc
    .option(fc.oneof(fc.integer({ min: 100, max: 3000 }), fc.constantFrom(100, 3000)), {
      nil: undefined,
    })
    .chain((firstPriority) =>
      existingSecurityGroup(resourceGroup, place, firstPriority ?? 100).map((group) => ({
        group,
        firstPriority,
      })),
    );
}

interface Parts {
  args: NetworkPart;
  peerSources: Range[] | undefined;
  own: OwnRanges;
  there: ExistingNetwork | undefined;
  group: { group: ExistingSecurityGroup; firstPriority: number | undefined } | undefined;
  adopted: boolean;
  theirs: string;
  /** Whether the existing parts are in a resource group that has to be named. */
  named: boolean;
}

function together({
  args,
  peerSources,
  own,
  there,
  group,
  adopted,
  theirs,
  named,
}: Parts): Network {
  const free = there && !adopted ? there.free : undefined;
  const existing = {
    ...(named && { resourceGroupName: theirs }),
    ...(there && { virtualNetworkName: there.name }),
    ...(there && adopted && { subnetName: there.subnet.name }),
    ...(group && { networkSecurityGroupName: group.group.name }),
    ...(group?.firstPriority !== undefined && { firstPriority: group.firstPriority }),
  };
  const ipv4 = adopted ? there?.subnet.ranges[0] : (free?.[0] ?? own.length);
  return {
    args: {
      ...args,
      // Networks that are peered do not overlap.
      ...(peerSources && {
        peerSources: peerSources
          .filter(
            (peer) => ![...own.spaces, ...(there?.space ?? [])].some((ours) => overlap(ours, peer)),
          )
          .map(({ text }) => text),
      }),
      ...own.args,
      ...(free && { ipv4Subnet: free[0], ipv6Subnet: free[1] }),
      ...((there || group) && { existing }),
    },
    existing: {
      resourceGroups: there || group ? [{ name: theirs, location: "" }] : [],
      network: there,
      securityGroup: group?.group,
    },
    room: room(typeof ipv4 === "number" ? ipv4 : Number(String(ipv4).split("/")[1] ?? 24)),
  };
}

/** Ranges of a network and a subnet that are made, and how long the IPv4 subnet's prefix is. */
interface OwnRanges {
  args?: Pick<PeerNetworkArgs, "ipv4Space" | "ipv6Space" | "ipv4Subnet" | "ipv6Subnet">;
  length?: number;
  spaces: readonly Range[];
}

const defaultSpaces = {
  ipv4: { parts: [10, 80, 0, 0], length: 16, text: "10.80.0.0/16" },
  ipv6: { parts: [0xfd5a, 0x9c2e, 0x71b0, 0, 0, 0, 0, 0], length: 48, text: "fd5a:9c2e:71b0::/48" },
};

/** Each of the four ranges given or left to its default. */
const ranges: fc.Arbitrary<OwnRanges> = fc
  .tuple(optional(ipv4Space()), optional(ipv6Space))
  .chain(([ipv4, ipv6]) => {
    const outer4: Range = ipv4 ?? defaultSpaces.ipv4;
    const outer6: Range = ipv6 ?? defaultSpaces.ipv6;
    return fc
      .tuple(
        optional(fc.integer({ min: outer4.length, max: 29 }).chain((at) => inside(outer4, at))),
        optional(inside(outer6, 64)),
      )
      .map(([subnet4, subnet6]) => ({
        args: {
          ...(ipv4 && { ipv4Space: ipv4.text }),
          ...(ipv6 && { ipv6Space: ipv6.text }),
          ...(subnet4 && { ipv4Subnet: subnet4.text }),
          ...(subnet6 && { ipv6Subnet: subnet6.text }),
        },
        length: subnet4?.length ?? Math.max(24, outer4.length),
        spaces: [outer4, outer6],
      }));
  });
