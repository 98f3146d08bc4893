/**
 * What netsh says. The layout of `show list` is that of Microsoft's own page on clouds; of the other texts of the context p2p no
 * page shows one, and they are kept to what the machine knows.
 * https://learn.microsoft.com/archive/blogs/p2p/understanding-pnrp-clouds
 */
import type { CloudFacts, DiagnosticItem } from "../../../guest/contract";
import { cloudFacts } from "../cloud/cloud";
import { nameStates } from "../holder";
import type { Machine } from "../machine";
import { pnrpRuns } from "../pnrp";
import { addressesOf } from "../reach";

export type NetshItem = Extract<DiagnosticItem["name"], `netsh-${string}`>;

type Told = Pick<DiagnosticItem, "source" | "text" | "error">;

const commands: Record<NetshItem, string> = {
  "netsh-firewall": "advfirewall show allprofiles",
  "netsh-clouds": "p2p pnrp cloud show list",
  "netsh-cloud-names": "p2p pnrp cloud show names",
  "netsh-cloud-statistics": "p2p pnrp cloud show statistics",
  "netsh-cloud-initialization": "p2p pnrp cloud show initialization",
  "netsh-ipv6-interfaces": "interface ipv6 show interfaces",
  "netsh-ipv6-addresses": "interface ipv6 show addresses",
  "netsh-ipv6-routes": "interface ipv6 show route",
};

export function netshText(machine: Machine, item: NetshItem): Told {
  const command = commands[item];
  const source = `netsh ${command}`;
  const isPeer = command.startsWith("p2p ");
  const failed = "netsh ended with exit code 1.";
  if (isPeer && !machine.record.services.PNRPsvc) {
    const text = `The following command was not found: ${command}.\n`;
    return { source, text, error: failed };
  }
  if (isPeer && !pnrpRuns(machine)) return { source, text: "", error: failed };
  return {
    source,
    text: texts[item](machine)
      .map((line) => `${line}\n`)
      .join(""),
  };
}

const scopes: Record<CloudFacts["scope"], number> = { global: 1, siteLocal: 2, linkLocal: 3 };
const states: Record<CloudFacts["state"], string> = {
  virtual: "Virtual",
  synchronizing: "Synchronizing",
  active: "Active",
  dead: "Dead",
  disabled: "Disabled",
  noNet: "No Net",
  alone: "Alone",
  unknown: "Unknown",
};

const texts: Record<NetshItem, (machine: Machine) => string[]> = {
  "netsh-clouds": (machine) => [
    "",
    "Scope  Id     Addr   State             Name",
    "-----  -----  -----  ----------------  -----",
    ...cloudFacts(machine).map(({ name, scope, state }) => {
      const addresses = scope === "global" ? addressesOf(machine).length : 1;
      const id = scope === "global" ? 0 : 4;
      const numbers = [scopes[scope], id, addresses].map((one) => String(one).padStart(5));
      return `${numbers.join("  ")}  ${states[state].padEnd(16)}  ${name}`;
    }),
    "",
  ],
  "netsh-cloud-names": (machine) =>
    nameStates(machine).map(({ peerName }) => `P2P Name: ${peerName}`),
  "netsh-cloud-statistics": (machine) =>
    cloudFacts(machine).flatMap(({ name, state }) => [`Cloud: ${name}`, `State: ${states[state]}`]),
  "netsh-cloud-initialization": (machine) =>
    cloudFacts(machine).flatMap(({ name, state }) => [`Cloud: ${name}`, `State: ${states[state]}`]),
  "netsh-firewall": ({ record }) =>
    ["Domain", "Private", "Public"].flatMap((profile) => [
      "",
      `${profile} Profile Settings: `,
      "-".repeat(70),
      "State                                 ON",
      "Firewall Policy                       BlockInbound,AllowOutbound",
      "",
      "Logging:",
      "LogAllowedConnections                 Disable",
      `LogDroppedConnections                 ${record.firewallLogging ? "Enable" : "Disable"}`,
      "FileName                              %systemroot%\\system32\\LogFiles\\Firewall\\pfirewall.log",
      "MaxFileSize                           4096",
      "",
    ]),
  "netsh-ipv6-interfaces": (machine) => [
    "",
    "Idx     Met         MTU          State                Name",
    "---  ----------  ----------  ------------  ---------------------------",
    "  1          75  4294967295  connected     Loopback Pseudo-Interface 1",
    ...(machine.ipv6Works() ? ["  4          10        1500  connected     Ethernet"] : []),
    "",
  ],
  "netsh-ipv6-addresses": (machine) => [
    "",
    "Interface 1: Loopback Pseudo-Interface 1",
    "",
    ...addressTable(["::1"]),
    ...(addressesOf(machine).length === 0
      ? []
      : ["", "Interface 4: Ethernet", "", ...addressTable(addressesOf(machine))]),
    "",
  ],
  "netsh-ipv6-routes": (machine) => [
    "",
    "Publish  Type      Met  Prefix                    Idx  Gateway/Interface Name",
    "-------  --------  ---  ------------------------  ---  ------------------------",
    ...addressesOf(machine).map(
      (address) => `No       System    256  ${`${address}/128`.padEnd(24)}    4  Ethernet`,
    ),
    "",
  ],
};

function addressTable(addresses: readonly string[]): string[] {
  return [
    "Addr Type  DAD State   Valid Life Pref. Life Address",
    "---------  ----------- ---------- ---------- ------------------------",
    ...addresses.map((address) => `Other      Preferred     infinite   infinite ${address}`),
  ];
}
