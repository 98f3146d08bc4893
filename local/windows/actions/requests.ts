import { isIPv6 } from "node:net";
import type * as contract from "../../../guest/contract";
import type { GroupRole, GuestAction } from "../../../guest/contract";
import { invalidRequest } from "../guestError";
import { peerNamePattern } from "../identity/peerName";
import { networkingState } from "./networkingShape";
import { presenceState } from "./presenceShape";
import {
  eachOnce,
  list,
  object,
  oneOf,
  optional,
  text,
  textOfLength,
  time,
  trueOrFalse,
  wholeNumber,
  wholeNumbers,
  type Shape,
} from "./shape";

const peerNameAllowed = "40 hex digits, a dot and a classifier of 1 to 149 characters";
const peerName = text({ pattern: peerNamePattern, allowed: peerNameAllowed });

const scope = text({
  pattern: /^peerlab:[^#]+$/,
  allowed: "peerlab:<project>/<stack>/<person>",
});

const friendlyName = textOfLength(1, 255);
const classifier = textOfLength(1, 149);
const roles: readonly GroupRole[] = ["administrator", "invitingMember", "member"];
const role: Shape<GroupRole> = (value, field) => {
  const found = roles.find((one) => one === value);
  if (found === undefined) throw invalidRequest(field, value, roles.join(", "));
  return found;
};

function ipv6Address(value: unknown, field: string): string {
  if (typeof value !== "string" || !/^[0-9A-Fa-f:.]+$/.test(value) || !isIPv6(value)) {
    throw invalidRequest(field, value, "an IPv6 address");
  }
  return value;
}

/** Bytes of UTF-16LE come in pairs. */
function utf16(value: unknown, field: string): string {
  const allowed = "base64 of UTF-16LE bytes";
  const encoded = text({ pattern: /^[A-Za-z0-9+/]+={0,2}$/, allowed })(value, field);
  const length = Buffer.from(encoded, "base64").length;
  if (encoded.length % 4 !== 0 || length === 0 || length % 2 !== 0) {
    throw invalidRequest(field, value, allowed);
  }
  return encoded;
}

/** The contract number is checked before anything else, since another one may mean other fields. */
const common = {
  contract: oneOf(1),
  instance: text(),
  guestFiles: text({ pattern: /^[0-9a-f]{64}$/, allowed: "a SHA-256 in hex" }),
  userPassword: optional(text()),
};

/** Of the actions that may be asked to show first that the machine runs the stack. */
const proving = { ...common, proveCapability: optional(trueOrFalse()) };

const importFields = {
  peerName,
  friendlyName: optional(friendlyName),
  exportedIdentity: utf16,
  exportPassword: text(),
};

/** The export and its password come together or not at all. */
const wantedIdentity: Shape<contract.WantedIdentity> = (value, field) => {
  const wanted = object({
    ...importFields,
    exportedIdentity: optional(utf16),
    exportPassword: optional(text()),
  })(value, field);
  if (wanted.exportedIdentity !== undefined) {
    importFields.exportPassword(wanted.exportPassword, `${field}.exportPassword`);
  } else if (wanted.exportPassword !== undefined) {
    importFields.exportedIdentity(undefined, `${field}.exportedIdentity`);
  }
  return wanted;
};

const wantedGroup = { group: peerName, identity: peerName, invitation: optional(utf16) };

const section = <T>(wanted: Shape<T[]>) =>
  object({ scope, exclusive: optional(trueOrFalse()), wanted });

const wantedIdentities = eachOnce(
  list(wantedIdentity),
  (wanted) => wanted.peerName,
  "peerName",
  "a peer name that is not in the list yet",
);
const wantedGroups = eachOnce(
  list(object(wantedGroup)),
  ({ group, identity }) => `${group}\0${identity}`,
  "group",
  "a group that is not in the list yet for this identity",
);

const port = { minimum: 1, maximum: 65535 };

const listeners = {
  ports: wholeNumbers(1, port.minimum, port.maximum),
  seconds: wholeNumber(10, 3_600),
};

const stateFields = {
  ...proving,
  networking: optional(networkingState),
  identities: optional(section(wantedIdentities)),
  groups: optional(section(wantedGroups)),
  presence: optional(presenceState),
  reconcile: optional(trueOrFalse()),
  listen: optional(object(listeners)),
};

/** The creator's identity is named, or made by the same action. */
const newPeerGroup: Shape<contract.NewPeerGroupRequest> = (value, field) => {
  const request = object({
    ...common,
    identity: optional(peerName),
    newIdentity: optional(object({ friendlyName, classifier })),
    friendlyName,
    classifier,
    comment: optional(text({ pattern: /^[^\u0000]{0,255}$/, allowed: "at most 255 characters" })),
    memberLifetimeSeconds: optional(wholeNumber(28_800, 315_360_000)),
  })(value, field);
  if (request.identity === undefined && request.newIdentity === undefined) {
    throw invalidRequest("identity", undefined, `${peerNameAllowed}, or newIdentity instead`);
  }
  if (request.identity !== undefined && request.newIdentity !== undefined) {
    throw invalidRequest("newIdentity", request.newIdentity, "nothing beside identity");
  }
  return request;
};

interface Requests {
  "Set-PeerMachine": contract.SetPeerMachineRequest;
  "Test-PeerMachine": contract.TestPeerMachineRequest;
  "Test-PeerCapability": contract.TestPeerCapabilityRequest;
  "Test-PeerStack": contract.TestPeerStackRequest;
  "Set-PeerNetworking": contract.SetPeerNetworkingRequest;
  "New-PeerIdentity": contract.NewPeerIdentityRequest;
  "Export-PeerIdentity": contract.ExportPeerIdentityRequest;
  "Import-PeerIdentity": contract.ImportPeerIdentityRequest;
  "Get-PeerIdentity": contract.GetPeerIdentityRequest;
  "Remove-PeerIdentity": contract.RemovePeerIdentityRequest;
  "New-PeerGroup": contract.NewPeerGroupRequest;
  "New-PeerGroupInvitation": contract.NewPeerGroupInvitationRequest;
  "Join-PeerGroup": contract.JoinPeerGroupRequest;
  "Get-PeerGroup": contract.GetPeerGroupRequest;
  "Remove-PeerGroup": contract.RemovePeerGroupRequest;
  "Set-PeerPresence": contract.SetPeerPresenceRequest;
  "Get-PeerPresence": contract.GetPeerPresenceRequest;
  "Start-PeerListener": contract.StartPeerListenerRequest;
  "Stop-PeerListener": contract.StopPeerListenerRequest;
  "Test-PeerReachability": contract.TestPeerReachabilityRequest;
  "Restart-PeerMachine": contract.RestartPeerMachineRequest;
  "Confirm-PeerBoot": contract.ConfirmPeerBootRequest;
  "Get-PeerReport": contract.GetPeerReportRequest;
  "Get-PeerDiagnostics": contract.GetPeerDiagnosticsRequest;
}

export const requestShapes: { [A in GuestAction]: Shape<Requests[A]> } = {
  "Set-PeerMachine": object(stateFields),
  "Test-PeerMachine": object({ ...stateFields, now: optional(time) }),
  "Test-PeerCapability": object(common),
  "Test-PeerStack": object(common),
  "Set-PeerNetworking": object({ ...common, networking: networkingState }),
  "New-PeerIdentity": object({
    ...proving,
    friendlyName,
    classifier,
    networking: optional(networkingState),
    reconcile: optional(trueOrFalse()),
  }),
  "Export-PeerIdentity": object({ ...proving, friendlyName, classifier, exportPassword: text() }),
  "Import-PeerIdentity": object({ ...proving, ...importFields, peerName: optional(peerName) }),
  "Get-PeerIdentity": object({ ...common, peerName: optional(peerName) }),
  "Remove-PeerIdentity": object({ ...common, peerName }),
  "New-PeerGroup": newPeerGroup,
  "New-PeerGroupInvitation": object({
    ...common,
    group: peerName,
    identity: peerName,
    invitees: list(object({ credential: utf16, role }), 1),
    lifetimeSeconds: wholeNumber(300, 31_536_000),
  }),
  "Join-PeerGroup": object({ ...common, identity: peerName, invitation: utf16 }),
  "Get-PeerGroup": object({ ...common, identity: optional(peerName) }),
  "Remove-PeerGroup": object({ ...common, group: peerName, identity: peerName }),
  "Set-PeerPresence": object({
    ...proving,
    presence: presenceState,
    adds: optional(trueOrFalse()),
  }),
  "Get-PeerPresence": object(common),
  "Start-PeerListener": object({ ...common, ...listeners }),
  "Stop-PeerListener": object(common),
  "Test-PeerReachability": object({
    ...common,
    targets: list(
      object({
        name: text(),
        address: ipv6Address,
        ports: wholeNumbers(0, port.minimum, port.maximum),
      }),
    ),
    names: list(
      object({
        peerName: text({
          pattern: /^(0|[0-9a-f]{40})\.[^\u0000]{1,149}$/,
          allowed: "40 hex digits or 0, a dot and a classifier of 1 to 149 characters",
        }),
        holders: list(ipv6Address, 1),
      }),
    ),
    settleSeconds: wholeNumber(0, 600),
    now: optional(time),
  }),
  "Restart-PeerMachine": object(common),
  "Confirm-PeerBoot": object(common),
  "Get-PeerReport": object(common),
  "Get-PeerDiagnostics": object({
    ...common,
    sinceHours: wholeNumber(1, 720),
    maximumEvents: wholeNumber(1, 500),
    maximumCharacters: wholeNumber(1_024, 262_144),
  }),
};
