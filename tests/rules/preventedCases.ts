import type { PeerLabArgs, PeerNetworkArgs, WindowsPeerArgs } from "../../components";
import { goodLab, goodMachine, goodNetwork } from "../components/plan/ruleCases";
import { range } from "../properties/definitions/addresses";
import type { ExistingParts } from "../properties/definitions/existing";
import { usualParts, type Definition } from "./withoutRefusals";

/** A definition that the library refuses by a rule, here or once it has looked up what exists. */
export interface PreventedCase {
  rule: string;
  definition: Definition;
  /** What exists beside it, where that is not the usual. */
  existing?: ExistingParts;
}

const lab = (
  rule: string,
  change: Partial<PeerLabArgs>,
  existing?: ExistingParts,
): PreventedCase => ({
  rule,
  definition: { component: "PeerLab", args: { ...goodLab, ...change } },
  existing,
});
const network = (
  rule: string,
  change: Partial<PeerNetworkArgs>,
  existing?: ExistingParts,
): PreventedCase => ({
  rule,
  definition: { component: "PeerNetwork", args: { ...goodNetwork, ...change } },
  existing,
});
const machine = (rule: string, change: Partial<WindowsPeerArgs>): PreventedCase => ({
  rule,
  definition: { component: "WindowsPeer", args: { ...goodMachine, ...change } },
});

const { network: theirs, securityGroup } = usualParts;
const ipv4Only = {
  ...usualParts,
  network: {
    ...theirs,
    space: [range([10, 9, 0, 0], 16)],
    subnet: { name: "peers", ranges: ["10.9.9.0/24"] },
  },
};
const elsewhere = {
  ...usualParts,
  network: { ...theirs, location: "eastus" },
  securityGroup: { ...securityGroup, location: "eastus" },
};
const rulesOfTheirs = (priorities: number[]) => ({
  ...usualParts,
  securityGroup: { ...securityGroup, priorities },
});
const jumpHost = { host: "192.0.2.1", user: "jump", privateAddress: "10.255.0.4" };
const inTheirs = { resourceGroupName: "group", virtualNetworkName: "theirs" };
const ranges = { ipv4Subnet: "10.9.1.0/24", ipv6Subnet: "fd00:9:0:1::/64" };

/** What leads to refusals of Azure that no case in tests/components/plan/ruleCases.ts leads to. */
export const preventedCases: readonly PreventedCase[] = [
  lab("TAG-NAME", { tags: { Stage: "a", stage: "b" } }),
  lab("MACHINE-KEY", { people: { ada: { machines: { "we ird": { computerName: "pc-1" } } } } }),
  lab("OUTBOUND-NEW-SUBNET", { outbound: "existing", jumpHost }),
  lab("OUTBOUND-EXISTING-SUBNET", {
    outbound: "natGateway",
    jumpHost,
    existing: { ...inTheirs, subnetName: "peers" },
  }),
  lab("NIC-SUBNET-FAMILY", { existing: { ...inTheirs, subnetName: "peers" } }, ipv4Only),
  lab("REGION-NIC-VNET", { location: "westeurope", existing: inTheirs, ...ranges }, elsewhere),
  lab(
    "REGION-NIC-VNET",
    {
      location: "westeurope",
      existing: { ...inTheirs, networkSecurityGroupName: "theirs" },
      ...ranges,
    },
    elsewhere,
  ),
  network("SUBNET-OVERLAP", {
    existing: inTheirs,
    ...ranges,
    ipv4Subnet: "10.9.9.128/25",
  }),
  network(
    "NSG-PRIORITY-DUP",
    { existing: { resourceGroupName: "group", networkSecurityGroupName: "theirs" } },
    rulesOfTheirs([100]),
  ),
  network(
    "NSG-1000-EXISTING",
    { existing: { resourceGroupName: "group", networkSecurityGroupName: "theirs" } },
    rulesOfTheirs(Array.from({ length: 999 }, (_, index) => 1500 + index)),
  ),
  machine("PASSWORD-LENGTH", { adminPassword: "Shorter-1" }),
  machine("PASSWORD-FORBIDDEN", { adminPassword: "P@ssw0rd" }),
  machine("SCHEDULE-TIME", { autoShutdown: { time: "2500" } }),
  machine("WIN-TIMEZONE", { autoShutdown: { time: "1900", timeZone: "Europe/Berlin" } }),
];
