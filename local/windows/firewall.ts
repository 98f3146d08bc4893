import ipaddr from "ipaddr.js";
import { firewallRulePrefix, type FirewallRule } from "../../guest/contract";
import type { Packet } from "../interfaces";
import { remembered } from "../remembered";
import type { Difference } from "./difference";
import type { RuleChange } from "./events";
import type { ImageTraits } from "./images";
import type { GuestFirewallRule } from "./record";

/** Azure's network adapters are in an unidentified network, which Windows treats as public. */
const activeProfile = "Public";

function inBox(
  name: string,
  displayName: string,
  protocol: GuestFirewallRule["protocol"],
  port: number,
  rest: Partial<GuestFirewallRule> = {},
): GuestFirewallRule {
  return {
    name,
    displayName,
    action: "Allow",
    protocol,
    port,
    remoteAddresses: [],
    profiles: [],
    edgeTraversal: "Block",
    enabled: false,
    ...rest,
  };
}

/**
 * The SSH server's own rule. Microsoft ships it for domain and private networks only, so that it lets nothing through on
 * Azure's public one.
 */
export const sshInBoxRule = (): GuestFirewallRule =>
  inBox("OpenSSH-Server-In-TCP", "OpenSSH SSH Server (sshd)", "TCP", 22, {
    profiles: ["Domain", "Private"],
    enabled: true,
  });

/** The inbound rules of a fresh machine that have to do with what is played here. */
export function inBoxFirewallRules(traits: ImageTraits): GuestFirewallRule[] {
  const remoteDesktop = (protocol: "TCP" | "UDP") =>
    inBox(
      `RemoteDesktop-UserMode-In-${protocol}`,
      `Remote Desktop - User Mode (${protocol}-In)`,
      protocol,
      3389,
      { enabled: true },
    );
  const peerRules = [
    inBox(
      "Collab-PNRP-In-UDP",
      "Windows Peer to Peer Collaboration Foundation (PNRP-In)",
      "UDP",
      3540,
    ),
    inBox(
      "PNRPMNRS-PNRP-In-UDP",
      "Windows Collaboration Computer Name Registration Service (PNRP-In)",
      "UDP",
      3540,
    ),
  ];
  return [
    remoteDesktop("TCP"),
    remoteDesktop("UDP"),
    ...(traits.product === "client" ? peerRules : []),
    ...(traits.openSsh === "installed" ? [sshInBoxRule()] : []),
  ];
}

const parsePrefix = remembered((cidr) => ipaddr.parseCIDR(cidr));
const parseAddress = remembered((address) => ipaddr.parse(address));

function contains(cidr: string, address: string): boolean {
  const [network, length] = parsePrefix(cidr);
  const candidate = parseAddress(address);
  return candidate.kind() === network.kind() && candidate.match([network, length]);
}

function applies(rule: GuestFirewallRule, packet: Packet): boolean {
  return (
    rule.enabled &&
    rule.protocol === packet.protocol &&
    rule.port === packet.port &&
    (rule.profiles.length === 0 || rule.profiles.includes(activeProfile)) &&
    (rule.remoteAddresses.length === 0 ||
      rule.remoteAddresses.some((cidr) => contains(cidr, packet.from)))
  );
}

/** The default is to block what comes in; a blocking rule wins over an allowing one. */
export function firewallAllows(rules: readonly GuestFirewallRule[], packet: Packet): boolean {
  const applicable = rules.filter((rule) => applies(rule, packet));
  return applicable.length > 0 && applicable.every((rule) => rule.action === "Allow");
}

/**
 * What becomes of a new TCP connection over IPv6, from addresses that a rule names: a blocking rule that meets an allowing one
 * wins, and the default is to block.
 */
export function inboundDecision(
  rules: readonly GuestFirewallRule[],
  port: number,
): { action: "allow" | "block"; rule?: string } {
  const applicable = rules.filter(
    (rule) =>
      rule.enabled &&
      rule.protocol === "TCP" &&
      rule.port === port &&
      (rule.profiles.length === 0 || rule.profiles.includes(activeProfile)) &&
      (rule.remoteAddresses.length === 0 || ipv6Prefixes(rule).length > 0),
  );
  const allowing = applicable.filter(({ action }) => action === "Allow");
  const blocking = applicable.find(
    (rule) =>
      rule.action === "Block" &&
      (allowing.length === 0 || allowing.some((other) => overlap(rule, other))),
  );
  if (blocking) return { action: "block", rule: blocking.name };
  const [first] = allowing;
  return first ? { action: "allow", rule: first.name } : { action: "block" };
}

function ipv6Prefixes({ remoteAddresses }: GuestFirewallRule): string[] {
  return remoteAddresses.filter((cidr) => cidr.includes(":"));
}

/** Whether some IPv6 address is in both rules; one without addresses holds for any. */
function overlap(one: GuestFirewallRule, other: GuestFirewallRule): boolean {
  if (one.remoteAddresses.length === 0 || other.remoteAddresses.length === 0) return true;
  return ipv6Prefixes(one).some((left) =>
    ipv6Prefixes(other).some((right) => {
      const [leftAddress, leftLength] = ipaddr.parseCIDR(left);
      const [rightAddress, rightLength] = ipaddr.parseCIDR(right);
      return leftAddress.match(rightAddress, Math.min(leftLength, rightLength));
    }),
  );
}

/** What makes the rules of ours other than the wanted ones. `told` hears what a repair changed. */
export function* ownRuleDifferences(
  rules: GuestFirewallRule[],
  wanted: readonly FirewallRule[],
  told: (name: string, change: RuleChange) => void = () => {},
): Generator<Difference> {
  for (const rule of wanted) {
    const complete: GuestFirewallRule = {
      name: rule.name,
      displayName: rule.displayName,
      action: "Allow",
      protocol: rule.protocol,
      port: rule.port,
      remoteAddresses: rule.remoteAddresses,
      profiles: [],
      edgeTraversal: rule.edgeTraversal,
      enabled: true,
    };
    const index = rules.findIndex((present) => sameName(present.name, rule.name));
    const present = rules[index];
    if (!present) {
      yield {
        drift: `firewall rule ${rule.name} is missing`,
        changed: `firewall rule ${rule.name} added`,
        repair() {
          rules.push(complete);
          told(rule.name, "added");
        },
      };
    } else if (!sameRule(present, complete)) {
      yield {
        drift: `firewall rule ${rule.name} ${present.enabled ? "differs" : "is disabled"}`,
        changed: `firewall rule ${rule.name} corrected`,
        repair() {
          rules[index] = complete;
          told(rule.name, "corrected");
        },
      };
    }
  }
  const unwanted = rules
    .filter(({ name }) => sameName(name.slice(0, firewallRulePrefix.length), firewallRulePrefix))
    .filter(({ name }) => !wanted.some((rule) => sameName(rule.name, name)));
  for (const rule of unwanted.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    yield {
      drift: `firewall rule ${rule.name} is not wanted`,
      changed: `firewall rule ${rule.name} removed`,
      repair() {
        rules.splice(rules.indexOf(rule), 1);
        told(rule.name, "removed");
      },
    };
  }
}

/** The firewall knows its rules by names of either case. */
function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** One spelling for a prefix: its host bits are nothing to the firewall. */
function canonical(cidr: string): string {
  const [address, length] = ipaddr.parseCIDR(cidr);
  const kind = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${kind.networkAddressFromCIDR(cidr).toString()}/${length}`;
}

function sameRule(left: GuestFirewallRule, right: GuestFirewallRule): boolean {
  const form = (rule: GuestFirewallRule) =>
    JSON.stringify([
      rule.displayName,
      rule.action,
      rule.protocol,
      rule.port,
      [...new Set(rule.remoteAddresses.map(canonical))].sort(),
      [...rule.profiles].sort(),
      rule.edgeTraversal,
      rule.enabled,
    ]);
  return form(left) === form(right);
}
