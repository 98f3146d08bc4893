import ipaddr from "ipaddr.js";
import {
  firewallRulePrefix,
  type FirewallRule,
  type NetworkingState,
} from "../../../guest/contract";
import { invalidRequest } from "../guestError";
import { list, object, oneOf, optional, text, wholeNumber } from "./shape";

/** The firewall has no prefix of length 0: "anything" is not what a lab's rule may say. */
function isPrefix(cidr: string, family: FirewallRule["family"]): boolean {
  if (!ipaddr.isValidCIDR(cidr)) return false;
  const [address, length] = ipaddr.parseCIDR(cidr);
  return address.kind() === family.toLowerCase() && length > 0;
}

function readFirewallRule(value: unknown, field: string): FirewallRule {
  const rule: FirewallRule = object({
    name: text({
      pattern: new RegExp(`^${firewallRulePrefix}[A-Za-z0-9-]{1,80}$`),
      allowed: `a name that begins with ${firewallRulePrefix}`,
    }),
    displayName: text(),
    protocol: oneOf("TCP", "UDP"),
    port: wholeNumber(1, 65535),
    family: oneOf("IPv4", "IPv6"),
    remoteAddresses: (addresses, path) => {
      if (!Array.isArray(addresses) || addresses.length === 0) {
        throw invalidRequest(path, addresses, "a list of at least one prefix");
      }
      return list(text())(addresses, path);
    },
    edgeTraversal: oneOf("Block", "Allow"),
  })(value, field);
  const { family, remoteAddresses } = rule;
  const wrong = remoteAddresses.find((cidr) => !isPrefix(cidr, family));
  if (wrong !== undefined) {
    const longest = family === "IPv4" ? 32 : 128;
    const allowed = `${family} prefixes with a length of 1 to ${longest}`;
    throw invalidRequest(`${field}.remoteAddresses`, wrong, allowed);
  }
  return rule;
}

/** The networking section of a request: no rule twice. */
export function networkingState(value: unknown, field: string): NetworkingState {
  const state: NetworkingState = object({
    firewallRules: list(readFirewallRule),
    seed: optional(
      object({
        role: oneOf("seed", "peer"),
        server: text({
          pattern: /^[A-Za-z0-9.:-]{1,253}$/,
          allowed: "a DNS name or an IPv6 address",
        }),
      }),
    ),
  })(value, field);
  const names = state.firewallRules.map((rule) => rule.name.toLowerCase());
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice !== -1) {
    const path = `${field}.firewallRules[${twice}].name`;
    throw invalidRequest(path, state.firewallRules[twice]?.name, "a name that no other rule has");
  }
  return state;
}
