import {
  existingGroupNamed,
  jumpHostLetIn,
  securityGroupId,
  sourceHostBits,
  sourceUnicast,
  subnetId,
} from "../../../../components/plan/rules";
import { trial, type RuleTrial } from "./ruleTrial";

const group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";

/** Who comes to a machine and from where, and what is named by its id or in a group of others. */
export const reachTrials: RuleTrial[] = [
  trial(
    sourceHostBits,
    [
      { values: ["10.0.0.5/24"], words: /write 10\.0\.0\.0\/24 or 10\.0\.0\.5\/32/ },
      { values: ["fd00::1/64"], words: /bits set below \/64/ },
    ],
    [["10.0.0.5"], ["10.0.0.0/24"], ["fd00::/64"]],
  ),
  trial(
    sourceUnicast,
    [
      { values: ["127.0.0.1"], words: /127\.0\.0\.0\/8, from which nothing comes/ },
      { values: ["fe80::1"], words: /fe80::\/10/ },
      { values: ["224.0.0.1"], words: /224\.0\.0\.0\/4/ },
    ],
    [["126.255.255.255"], ["fec0::1"], ["223.255.255.255"]],
  ),
  trial(
    jumpHostLetIn,
    [
      {
        values: [undefined, ["203.0.113.7"]],
        words: /is missing, and adminSources name no private/,
      },
    ],
    [
      ["10.255.0.4", ["203.0.113.7"]],
      [undefined, ["203.0.113.7", "10.0.0.0/24"]],
    ],
  ),
  trial(
    existingGroupNamed,
    [{ values: [true, ["virtualNetworkName"]], words: /virtualNetworkName cannot be in/ }],
    [
      [false, ["virtualNetworkName"]],
      [true, []],
    ],
  ),
  trial(
    subnetId,
    [
      { values: ["peers"], words: /"peers"; it is the ARM id of a subnet/ },
      { values: [`${group}/virtualNetworks/net`], words: /ARM id of a subnet/ },
    ],
    [[`${group}/virtualNetworks/net/subnets/peers`]],
  ),
  trial(
    securityGroupId,
    [{ values: [`${group}/virtualNetworks/net`], words: /ARM id of a network security group/ }],
    [[`${group}/networkSecurityGroups/open`]],
  ),
];
