import ipaddr from "ipaddr.js";
import {
  firewallRulePrefix,
  type ExportPeerIdentityRequest,
  type FirewallRule,
  type GetPeerIdentityRequest,
  type GetPeerReportRequest,
  type ImportPeerIdentityRequest,
  type NetworkingState,
  type RemovePeerIdentityRequest,
  type SetPeerMachineRequest,
  type SetPeerNetworkingRequest,
  type TestPeerCapabilityRequest,
  type TestPeerMachineRequest,
} from "../../../guest/contract";
import { invalidRequest } from "../guestError";
import { peerNamePattern } from "../identity/peerName";
import { list, object, oneOf, optional, text, trueOrFalse, wholeNumber, type Shape } from "./shape";

const peerName = text({
  pattern: peerNamePattern,
  allowed: "a secure peer name: 40 hex digits, a dot, a classifier of 1 to 149 characters",
});

const scope = text({
  pattern: /^peerlab:[^#]+$/,
  allowed: "peerlab:<project>/<stack>/<person>",
});

const base64 = text({
  pattern: /^[A-Za-z0-9+/]+={0,2}$/,
  allowed: "base64 of UTF-16LE bytes",
});

/** Bytes of UTF-16LE come in pairs. */
function exportedIdentity(value: unknown, field: string): string {
  const encoded = base64(value, field);
  if (encoded.length % 4 !== 0 || Buffer.from(encoded, "base64").length % 2 !== 0) {
    throw invalidRequest(field, "must be base64 of UTF-16LE bytes");
  }
  return encoded;
}

function readFirewallRule(value: unknown, field: string): FirewallRule {
  const rule: FirewallRule = object({
    name: text({
      pattern: new RegExp(`^${firewallRulePrefix}[A-Za-z0-9-]+$`),
      allowed: `letters, digits and hyphens after ${firewallRulePrefix}`,
    }),
    displayName: text(),
    protocol: oneOf("TCP", "UDP"),
    port: wholeNumber(1, 65535),
    family: oneOf("IPv4", "IPv6"),
    remoteAddresses: list(text(), 1),
    edgeTraversal: oneOf("Block", "Allow"),
  })(value, field);
  for (const [index, cidr] of rule.remoteAddresses.entries()) {
    const valid =
      ipaddr.isValidCIDR(cidr) && ipaddr.parseCIDR(cidr)[0].kind() === rule.family.toLowerCase();
    if (!valid) {
      throw invalidRequest(
        `${field}.remoteAddresses[${index}]`,
        `must be an ${rule.family} range in CIDR form`,
      );
    }
  }
  return rule;
}

function readNetworking(value: unknown, field: string): NetworkingState {
  const state: NetworkingState = object({
    firewallRules: list(readFirewallRule),
    seed: optional(object({ role: oneOf("seed", "peer"), server: text() })),
  })(value, field);
  const names = state.firewallRules.map((rule) => rule.name);
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice !== -1) {
    throw invalidRequest(`${field}.firewallRules[${twice}].name`, "names another rule too");
  }
  return state;
}

export const networkingState: Shape<NetworkingState> = readNetworking;

/** The contract number is checked before anything else, since another one may mean other fields. */
const common = {
  contract: oneOf(1),
  instance: text(),
  guestFiles: text({ pattern: /^[0-9a-f]{64}$/, allowed: "a SHA-256 in hex" }),
  userPassword: optional(text()),
};

const wantedIdentity = {
  peerName,
  friendlyName: optional(text()),
  exportedIdentity,
  exportPassword: text(),
};

const machineState = object({
  ...common,
  networking: optional(networkingState),
  identities: optional(
    object({ scope, exclusive: optional(trueOrFalse()), wanted: list(object(wantedIdentity)) }),
  ),
});

export const requestShapes: {
  "Set-PeerMachine": Shape<SetPeerMachineRequest>;
  "Test-PeerMachine": Shape<TestPeerMachineRequest>;
  "Test-PeerCapability": Shape<TestPeerCapabilityRequest>;
  "Set-PeerNetworking": Shape<SetPeerNetworkingRequest>;
  "Export-PeerIdentity": Shape<ExportPeerIdentityRequest>;
  "Import-PeerIdentity": Shape<ImportPeerIdentityRequest>;
  "Get-PeerIdentity": Shape<GetPeerIdentityRequest>;
  "Remove-PeerIdentity": Shape<RemovePeerIdentityRequest>;
  "Get-PeerReport": Shape<GetPeerReportRequest>;
} = {
  "Set-PeerMachine": machineState,
  "Test-PeerMachine": machineState,
  "Test-PeerCapability": object(common),
  "Set-PeerNetworking": object({ ...common, networking: networkingState }),
  "Export-PeerIdentity": object({
    ...common,
    friendlyName: text(),
    classifier: text(),
    exportPassword: text(),
  }),
  "Import-PeerIdentity": object({ ...common, ...wantedIdentity, peerName: optional(peerName) }),
  "Get-PeerIdentity": object({ ...common, peerName: optional(peerName) }),
  "Remove-PeerIdentity": object({ ...common, peerName }),
  "Get-PeerReport": object(common),
};
