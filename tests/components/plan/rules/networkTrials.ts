import {
  addressCount,
  administratorsNamed,
  administratorsReach,
  existingNetworkNamed,
  existingSubnetHasItsWayOut,
  firstPriority,
  freePriorities,
  groupOfOneNetwork,
  ipv6SpaceLength,
  networkKeepsRanges,
  networkRange,
  newSubnetHasNoWayOut,
  noHostBits,
  notOpenToEveryone,
  notReservedIpv4,
  openingsNotDenied,
  peersApart,
  portCount,
  portName,
  portNamesOnce,
  portNumber,
  portOfItsOwn,
  portProtocol,
  portsOnce,
  rangesKept,
  roomForRules,
  ruleCount,
  sourceForm,
  subnetApart,
  subnetFamilies,
  subnetInNetwork,
  subnetIpv4Size,
  subnetIpv6Length,
  subnetKeepsRanges,
  subnetRange,
  subnetRangeNamed,
  subnetRoom,
  unicastIpv4,
  unicastIpv6,
} from "../../../../components/plan/rules";
import type { SecurityRule } from "../../../../components/plan/securityGroup";
import { trial, type RuleTrial } from "./ruleTrial";

const names = (count: number) => Array.from({ length: count }, (_, index) => `rule-${index}`);

const ssh: SecurityRule = {
  name: "Allow-SSH",
  direction: "Inbound",
  priority: 104,
  access: "Allow",
  protocol: "Tcp",
  sourceAddressPrefixes: ["203.0.113.7/32"],
  sourcePortRanges: ["*"],
  destinationAddressPrefixes: ["10.80.0.0/24"],
  destinationPortRanges: ["22"],
};

/** A group with one rule of somebody else's beside the lab's for SSH. */
function shared(
  theirs: Pick<SecurityRule, "name" | "priority" | "access"> & Partial<SecurityRule>,
) {
  return {
    theirs: [{ ...ssh, ...theirs }],
    ours: [ssh],
    present: [],
    firstPriority: 100,
    surroundings: { virtualNetwork: ["10.80.0.0/16"] },
  };
}

/** Ranges, subnets, sources, ports and what exists already. */
export const networkTrials: RuleTrial[] = [
  ...[networkRange, subnetRange].map((rule) =>
    trial(
      rule,
      [
        { values: ["10.0.0.0", "IPv4"], words: /"10\.0\.0\.0"; it must be an IPv4 range/ },
        { values: ["10.1/16", "IPv4"], words: /IPv4 range/ },
        { values: ["10.0.0.0/33", "IPv4"], words: /IPv4 range/ },
        { values: ["fd00::/48", "IPv4"], words: /IPv4 range/ },
        { values: ["10.0.0.0/16", "IPv6"], words: /IPv6 range/ },
      ],
      [
        ["10.0.0.0/32", "IPv4"],
        ["fd00::/48", "IPv6"],
      ],
    ),
  ),
  trial(
    noHostBits,
    [
      { values: ["10.0.0.1/24"], words: /bits set below \/24/ },
      { values: ["fd00::1/64"], words: /bits set below \/64/ },
    ],
    [["10.0.0.1/32"], ["fd00:0:0:1::/64"]],
  ),
  trial(
    notReservedIpv4,
    [
      { values: ["224.0.0.0/8"], words: /overlaps 224\.0\.0\.0\/4/ },
      { values: ["255.255.255.0/24"], words: /overlaps 255\.255\.255\.255\/32/ },
      { values: ["127.1.0.0/16"], words: /overlaps 127\.0\.0\.0\/8/ },
      { values: ["169.254.0.0/24"], words: /overlaps 169\.254/ },
      { values: ["168.63.128.0/20"], words: /overlaps 168\.63\.129\.16\/32/ },
    ],
    [["223.0.0.0/8"], ["168.63.130.0/24"], ["128.0.0.0/8"]],
  ),
  trial(
    unicastIpv4,
    [
      { values: ["0.1.0.0/16"], words: /overlaps 0\.0\.0\.0\/8/ },
      { values: ["250.0.0.0/8"], words: /overlaps 240\.0\.0\.0\/4/ },
    ],
    [["1.0.0.0/8"], ["239.0.0.0/8"]],
  ),
  trial(
    unicastIpv6,
    [
      { values: ["fe80::/48"], words: /no unicast space/ },
      { values: ["ff02::/48"], words: /no unicast space/ },
      { values: ["::/64"], words: /no unicast space/ },
      { values: ["fec0::/48"], words: /no unicast space/ },
      { values: ["2001:0:1::/48"], words: /Teredo's/ },
      { values: ["2002:1:2::/48"], words: /6to4's/ },
    ],
    [["fd00::/48"], ["2001:db8::/48"], ["2003::/48"]],
  ),
  trial(
    ipv6SpaceLength,
    [
      { values: ["fd00::/65"], words: /must hold a \/64/ },
      { values: ["fd00::/47"], words: /and not less/ },
    ],
    [["fd00::/64"], ["fd00::/48"]],
  ),
  trial(
    rangesKept,
    [{ values: ["a", "b"], words: /are a, but the network was made with b/ }],
    [["a", "a"]],
  ),
  trial(
    subnetIpv6Length,
    [
      { values: ["fd00::/63"], words: /exactly a \/64/ },
      { values: ["fd00::/65"], words: /exactly a \/64/ },
    ],
    [["fd00::/64"]],
  ),
  trial(
    subnetIpv4Size,
    [
      { values: ["10.0.0.0/30"], words: /from 8 to 29/ },
      { values: ["10.0.0.0/7"], words: /from 8 to 29/ },
    ],
    [["10.0.0.0/29"], ["10.0.0.0/8"]],
  ),
  trial(
    subnetInNetwork,
    [
      {
        values: ["10.1.0.0/24", ["10.0.0.0/16", "10.2.0.0/16"]],
        words: /not inside the network's 10\.0\.0\.0\/16, 10\.2\.0\.0\/16/,
      },
      { values: ["10.0.0.0/15", ["10.0.0.0/16", "10.1.0.0/16"]], words: /not inside/ },
    ],
    [["10.2.1.0/24", ["10.0.0.0/16", "10.2.0.0/16"]]],
  ),
  trial(
    subnetApart,
    [
      {
        values: ["10.0.0.128/25", [{ name: "theirs", ranges: ["10.0.0.0/24"] }]],
        words: /overlaps 10\.0\.0\.0\/24 of the network's subnet theirs/,
      },
    ],
    [["10.0.1.0/25", [{ name: "theirs", ranges: ["10.0.0.0/24", "fd00::/64"] }]]],
  ),
  trial(
    subnetFamilies,
    [
      { values: [["fd00::/64"]], words: /no IPv4 range/ },
      { values: [["10.0.0.0/24"]], words: /no IPv6 \/64/ },
      { values: [["10.0.0.0/24", "fd00::/63"]], words: /no IPv6 \/64/ },
    ],
    [[["10.0.0.0/24", "fd00::/64"]]],
  ),
  trial(
    subnetRoom,
    [{ values: [["10.0.0.0/29", "fd00::/64"], 4], words: /has 3 addresses.*4 machines/ }],
    [
      [["10.0.0.0/29"], 3],
      [["10.0.0.0/29", "10.0.1.0/29"], 6],
    ],
  ),
  trial(subnetRangeNamed, [{ values: [undefined], words: /is missing/ }], [["10.0.0.0/24"]]),
  trial(
    administratorsNamed,
    [
      { values: [undefined], words: /is missing/ },
      { values: [[]], words: /203\.0\.113\.7/ },
    ],
    [[["203.0.113.7"]]],
  ),
  trial(
    administratorsReach,
    [{ values: [["2001:db8::/48"], false], words: /IPv6 ranges alone/ }],
    [
      [["2001:db8::/48"], true],
      [["2001:db8::/48", "203.0.113.7"], false],
      [[], false],
    ],
  ),
  trial(
    sourceForm,
    [
      { values: ["*"], words: /"\*"; allowed are/ },
      { values: ["Internet"], words: /"Internet"/ },
      { values: ["10.1"], words: /"10\.1"/ },
      { values: ["fe80::1%1"], words: /allowed are/ },
    ],
    [["203.0.113.7"], ["2001:db8::/32"]],
  ),
  trial(
    notOpenToEveryone,
    [
      { values: ["*"], words: /open to everyone/ },
      { values: ["internet"], words: /open to everyone/ },
      { values: ["0.0.0.0/0"], words: /open to everyone/ },
      { values: ["128.0.0.0/7"], words: /open to everyone/ },
      { values: ["2000::/3"], words: /open to everyone/ },
    ],
    [["10.0.0.0/8"], ["2001::/16"], ["VirtualNetwork"]],
  ),
  trial(
    peersApart,
    [
      {
        values: ["10.80.3.0/24", ["10.80.0.0/16", "fd00::/48"]],
        words: /overlaps the lab's own 10\.80\.0\.0\/16/,
      },
      { values: ["10.0.0.0/8", ["10.80.0.0/16"]], words: /overlaps/ },
    ],
    [["10.81.0.0/16", ["10.80.0.0/16", "fd00::/48"]]],
  ),
  trial(addressCount, [{ values: [4001], words: /4001 sources.*4000/ }], [[4000]]),
  trial(ruleCount, [{ values: [1001], words: /1001 rules.*1000/ }], [[1000]]),
  trial(
    portNumber,
    [
      { values: [undefined], words: /is missing; a port/ },
      { values: [0], words: /is 0/ },
      { values: [65536], words: /1 to 65535/ },
      { values: [1.5], words: /whole number/ },
    ],
    [[1], [65535]],
  ),
  trial(portProtocol, [{ values: ["tcp"], words: /allowed are TCP and UDP/ }], [["TCP"], ["UDP"]]),
  trial(
    portOfItsOwn,
    [
      { values: [3587, "TCP"], words: /Grouping's own \(TCP\)/ },
      { values: [3540, "UDP"], words: /PNRP's/ },
      { values: [22, "TCP"], words: /SSH's/ },
      { values: [3389, "TCP"], words: /Remote Desktop's/ },
    ],
    [
      [3587, "UDP"],
      [3588, "TCP"],
    ],
  ),
  trial(
    portsOnce,
    [
      {
        values: [[{ port: 4000 }, { port: 4000, protocol: "TCP" }]],
        words: /is TCP 4000, the same as here\[0\]/,
        path: "[1].port",
      },
    ],
    [[[{ port: 4000 }, { port: 4000, protocol: "UDP" }, { port: 4001 }]]],
  ),
  trial(
    portName,
    [
      { values: ["1st"], words: /a name is a letter/ },
      { values: ["a b"], words: /"a b"/ },
      { values: ["n".repeat(41)], words: /up to 39/ },
    ],
    [["n".repeat(40)], ["Game-1"]],
  ),
  trial(
    portNamesOnce,
    [
      {
        values: [
          [
            { name: "game", port: 1 },
            { name: "Game", port: 2 },
          ],
        ],
        words: /the same as here\[0\]/,
        path: "[1].name",
      },
      {
        values: [[{ name: "pnrp", port: 1 }]],
        words: /a port of the peer infrastructure/,
        path: "[0].name",
      },
    ],
    [[[{ name: "game", port: 1 }, { name: "game2", port: 2 }, { port: 3 }, { port: 4 }]]],
  ),
  trial(portCount, [{ values: [451], words: /are 451; 450 are allowed/ }], [[450]]),
  trial(
    existingNetworkNamed,
    [{ values: ["peers", undefined], words: /is missing/ }],
    [
      ["peers", "net"],
      [undefined, undefined],
    ],
  ),
  trial(
    firstPriority,
    [
      { values: [99], words: /100 to 3000/ },
      { values: [3001], words: /100 to 3000/ },
      { values: [100.5], words: /whole number/ },
    ],
    [[100], [3000]],
  ),
  trial(
    networkKeepsRanges,
    [{ values: ["10.0.0.0/16"], words: /existing network keeps/ }],
    [[undefined]],
  ),
  trial(
    subnetKeepsRanges,
    [{ values: ["10.0.0.0/16"], words: /existing subnet keeps/ }],
    [[undefined]],
  ),
  trial(
    newSubnetHasNoWayOut,
    [{ values: ["existing", false], words: /has no way out/ }],
    [
      ["existing", true],
      ["natGateway", false],
    ],
  ),
  trial(
    existingSubnetHasItsWayOut,
    [{ values: ["natGateway", true], words: /use "existing"/ }],
    [
      ["natGateway", false],
      ["existing", true],
    ],
  ),
  trial(
    freePriorities,
    [
      {
        values: [shared({ name: "theirs", priority: 104, access: "Allow" })],
        words: /is 100.*Allow-SSH would have 104 as theirs has.*firstPriority 101 is free/,
      },
    ],
    [
      [shared({ name: "theirs", priority: 105, access: "Allow" })],
      [shared({ name: "theirs", priority: 104, access: "Allow", direction: "Outbound" })],
    ],
  ),
  trial(
    groupOfOneNetwork,
    [{ values: ["first"], words: /is the group that PeerNetwork first adds its rules to/ }],
    [[undefined]],
  ),
  trial(
    openingsNotDenied,
    [
      {
        values: [shared({ name: "theirs", priority: 103, access: "Deny" })],
        words: /"theirs" \(deny, priority 103\), which denies what "Allow-SSH"/,
      },
    ],
    [
      [shared({ name: "theirs", priority: 105, access: "Deny" })],
      [shared({ name: "theirs", priority: 103, access: "Allow" })],
    ],
  ),
  trial(
    roomForRules,
    [{ values: [["own-1", "own-2"], names(999)], words: /1001 rules with the 2 of the lab/ }],
    [[["own-1", "RULE-5"], names(999)]],
  ),
];
