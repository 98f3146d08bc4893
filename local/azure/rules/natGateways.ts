import type { NatGatewayProperties, PublicIPAddressProperties } from "../arm/model";
import { propertiesOf } from "../arm/model";
import { locationUnchangeable } from "./locations";
import { networkChildName } from "./names";
import { others, referenceRules, refersTo } from "./references";
import type { Rule } from "./rule";
import { tagRules } from "./tags";

export const natGatewayNeedsAddress: Rule = {
  id: "NAT-NEEDS-ADDRESS",
  grade: "U",
  warns: true,
  code: "NatGatewayMustHavePublicIp",
  check: (put) =>
    propertiesOf<NatGatewayProperties>(put).publicIpAddresses?.length
      ? []
      : [
          `NAT gateway ${put.name} has no public address, so nothing behind it reaches the internet.`,
        ],
};

export const natGatewayReferences = refersTo(
  "REGION-NAT-PIP",
  "Microsoft.Network/publicIPAddresses",
  (put) => (propertiesOf<NatGatewayProperties>(put).publicIpAddresses ?? []).map(({ id }) => id),
);

export const natGatewayAddressFree: Rule = {
  id: "PIP-ONE-USE",
  grade: "B",
  code: "PublicIPAddressInUse",
  check: (put, azure) =>
    (propertiesOf<NatGatewayProperties>(put).publicIpAddresses ?? []).flatMap(({ id }) => {
      const address = azure.store.get(id);
      const [user] = address ? others(azure.store.referrers(address.id), put.id) : [];
      return user
        ? [
            `Resource ${put.id} is referencing public IP address ${id} that is already allocated to resource ${user.id}.`,
          ]
        : [];
    }),
};

export const natGatewayIdleTimeout: Rule = {
  id: "NAT-IDLE",
  grade: "C",
  code: "NatGatewayIdleTimeoutInvalid",
  check: (put) => {
    const { idleTimeoutInMinutes: idle } = propertiesOf<NatGatewayProperties>(put);
    return idle === undefined || (Number.isInteger(idle) && idle >= 4 && idle <= 120)
      ? []
      : [`NAT gateway ${put.name} has an idle timeout of ${idle} minutes; allowed are 4 to 120.`];
  },
};

export const natGatewayAddressVersion: Rule = {
  id: "NAT-IPV4-ONLY",
  grade: "A",
  code: "NatGatewayPublicIpVersionNotSupported",
  check: (put, azure) =>
    (propertiesOf<NatGatewayProperties>(put).publicIpAddresses ?? []).flatMap(({ id }) => {
      const address = azure.store.get(id);
      return address &&
        propertiesOf<PublicIPAddressProperties>(address).publicIPAddressVersion === "IPv6"
        ? [`NAT gateway ${put.id} cannot use the IPv6 public address ${id}.`]
        : [];
    }),
};

export const natGatewayRules: Rule[] = [
  locationUnchangeable,
  networkChildName,
  ...tagRules,
  natGatewayIdleTimeout,
  natGatewayNeedsAddress,
  natGatewayReferences,
  natGatewayAddressFree,
  natGatewayAddressVersion,
  ...referenceRules,
];
