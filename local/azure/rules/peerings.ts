import type { Azure, PutRequest } from "../arm/azure";
import { sameId } from "../arm/id";
import type { PeeringProperties, VirtualNetworkProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import { overlap } from "../network/addresses";
import { addressSpace, networkType, parsed } from "./addressSpace";
import { invalidName, repeatedNames, twoOfOneName } from "./names";
import { refersTo } from "./references";
import type { Rule } from "./rule";

function peeringsOf(network: Pick<AzureResource, "properties">): PeeringProperties[] {
  return propertiesOf<VirtualNetworkProperties>(network).virtualNetworkPeerings ?? [];
}

function spaceOf(network: AzureResource) {
  return parsed(
    propertiesOf<VirtualNetworkProperties>(network).addressSpace?.addressPrefixes ?? [],
  );
}

/** The networks that those peerings name, and those whose own peerings name the network. */
function partners(id: string, peerings: PeeringProperties[], azure: Azure): AzureResource[] {
  const named = peerings
    .map(({ remoteVirtualNetwork }) => azure.store.get(remoteVirtualNetwork?.id))
    .filter((network) => network !== undefined);
  const naming = azure.store
    .referrers(id)
    .filter(({ type }) => type === networkType)
    .filter((network) => !named.some((known) => sameId(known.id, network.id)));
  return [...named, ...naming];
}

export const peeringNames: Rule = {
  id: "PEER-NAME",
  grade: "A",
  code: "InvalidResourceName",
  check: (put) => [
    ...peeringsOf(put).flatMap(({ name = "" }) => invalidName(name, 1, 80)),
    ...repeatedNames(peeringsOf(put)).map((name) => twoOfOneName(put, name)),
  ],
};

export const peeringReference = refersTo(
  "PEER-NETWORK",
  networkType,
  (put) => peeringsOf(put).map(({ remoteVirtualNetwork }) => remoteVirtualNetwork?.id),
  { sameRegion: false },
);

const overlaps = (network: string, other: string) =>
  `Address space of ${network} overlaps with address space of virtual network ${other} already peered.`;

export const peeringOverlap: Rule = {
  id: "PEER-OVERLAP",
  grade: "B",
  code: "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet",
  check: (put, azure) => {
    const wanted = partners(put.id, peeringsOf(put), azure);
    if (wanted.length === 0) return [];
    const own = { id: put.id, space: parsed(addressSpace(put, azure)) };
    const partnersOfPartners = wanted
      .flatMap((network) => partners(network.id, peeringsOf(network), azure))
      .filter(({ id }) => !sameId(id, put.id));
    const others = [...wanted, ...partnersOfPartners].map((network) => ({
      id: network.id,
      space: spaceOf(network),
    }));
    const clashing = (one: typeof own, other: typeof own) =>
      !sameId(one.id, other.id) &&
      one.space.some((prefix) => other.space.some((taken) => overlap(prefix, taken)));
    const messages = [
      ...others.filter((other) => clashing(own, other)).map(({ id }) => overlaps(put.id, id)),
      ...others.slice(0, wanted.length).flatMap((one, index) =>
        others
          .slice(index + 1, wanted.length)
          .filter((other) => clashing(one, other))
          .map((other) => overlaps(one.id, other.id)),
      ),
    ];
    return [...new Set(messages)];
  },
};

export const peeringBothWays: Rule = {
  id: "PEER-BOTH-WAYS",
  grade: "U",
  code: "PeeringInitiated",
  check: (put, azure) =>
    peeringsOf(put).flatMap(({ name, remoteVirtualNetwork }) => {
      const remote = azure.store.get(remoteVirtualNetwork?.id);
      const answered =
        remote && peeringsOf(remote).some((back) => sameId(back.remoteVirtualNetwork?.id, put.id));
      return answered
        ? []
        : [
            `Peering ${name} of ${put.id} stays Initiated until ${remoteVirtualNetwork?.id} has one back.`,
          ];
    }),
};

/** No gateway is served, so no remote network has one. */
export const peeringGateway: Rule = {
  id: "PEER-GATEWAY",
  grade: "B",
  code: "RemoteVnetHasNoGateways",
  check: (put) =>
    peeringsOf(put)
      .filter(({ useRemoteGateways }) => useRemoteGateways)
      .map(
        ({ name, remoteVirtualNetwork }) =>
          `Peering ${put.id}/virtualNetworkPeerings/${name} cannot have UseRemoteGateway flag set to true because remote ` +
          `virtual network ${remoteVirtualNetwork?.id} referenced by the peering does not have any gateways.`,
      ),
};

/** Azure refused this once; today it wants the peerings to be synchronized afterwards. */
export const peeredSpaceChange: Rule = {
  id: "PEER-SPACE-CHANGE",
  grade: "B",
  warns: true,
  code: "VnetAddressSpaceCannotChangeDueToPeerings",
  check: (put: PutRequest, azure) => {
    if (!put.existing || partners(put.id, peeringsOf(put), azure).length === 0) return [];
    const texts = (resource: Pick<AzureResource, "properties">) =>
      propertiesOf<VirtualNetworkProperties>(resource).addressSpace?.addressPrefixes ?? [];
    return [...texts(put)].sort().join() === [...texts(put.existing)].sort().join()
      ? []
      : [
          `The address space of ${put.id} changes while it is peered; its peerings have to be synchronized afterwards.`,
        ];
  },
};

export const peeringLimit: Rule = {
  id: "VNET-LIMITS",
  grade: "A",
  code: "PeeringsLimitReached",
  check: (put) =>
    peeringsOf(put).length > 500
      ? [`The network has ${peeringsOf(put).length} peerings. The maximum is 500.`]
      : [],
};

/** What Azure asks of the peerings of a virtual network. */
export const peeringRules: Rule[] = [
  peeringNames,
  peeringReference,
  peeringOverlap,
  peeringBothWays,
  peeringGateway,
  peeredSpaceChange,
  peeringLimit,
];
