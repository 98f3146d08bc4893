/**
 * What passes between the library and the code that runs inside Windows (`peerlab.ps1`, `prepare.ps1`).
 *
 * Request: one JSON object on standard input, ASCII with `\u` escapes; secrets travel only there. Success: exit code 0 and
 * one ASCII JSON line on standard output, written last. Failure: exit code 1, nothing on standard output, and one JSON line
 * ({@link GuestFailure}) on standard error, never with a secret. Every action is idempotent.
 */

/** Raised whenever a request or an answer changes its meaning; both sides refuse another number. */
export const contractVersion = 1;

/** Where the guest files live. Forward slashes: the command provider joins remote paths by the rules of its own computer. */
export const guestDirectory = "C:/ProgramData/PeerLab";

/** The files that are copied to a machine: all of the folder `PeerLab` beside this file. */
export const guestFiles = [
  "peerlab.ps1",
  "PeerLab.psm1",
  "PeerCommon.ps1",
  "PeerRequest.ps1",
  "PeerFirewall.ps1",
  "PeerSeedPolicy.ps1",
  "PeerServices.ps1",
  "PeerNetworking.ps1",
  "PeerCapability.ps1",
  "PeerProbe.ps1",
  "PeerTasks.ps1",
  "PeerLogon.ps1",
  "PeerPresence.ps1",
  "PeerPresenceService.ps1",
  "PeerReachability.ps1",
  "PeerDiagnostics.ps1",
  "PeerRestart.ps1",
  "PeerHolder.ps1",
  "PeerListener.ps1",
  "PeerBoot.ps1",
  "probe.ps1",
  "PeerCodes.cs",
  "PeerJson.cs",
  "PeerFiles.cs",
  "ActionTurn.cs",
  "PeerRequest.cs",
  "PeerClock.cs",
  "PeerLedger.cs",
  "NativeMethods.cs",
  "NativeStructures.cs",
  "PeerMemory.cs",
  "PeerSession.cs",
  "PeerIdentities.cs",
  "CryptoMethods.cs",
  "PeerKeys.cs",
  "IdentityFacts.cs",
  "IdentityImport.cs",
  "IdentityStore.cs",
  "IdentitySection.cs",
  "IdentityActions.cs",
  "PeerGroups.cs",
  "PeerGroupEvents.cs",
  "PeerMembership.cs",
  "GroupMembership.cs",
  "GroupInvitations.cs",
  "GroupSection.cs",
  "GroupActions.cs",
  "PeerPnrp.cs",
  "PeerClouds.cs",
  "PresenceState.cs",
  "PresencePolicy.cs",
  "PresenceFile.cs",
  "PresenceReport.cs",
  "SeedSynchronization.cs",
  "HeldNames.cs",
  "HeldGroup.cs",
  "HeldGroups.cs",
  "CredentialRenewal.cs",
  "HolderLog.cs",
  "PeerHolder.cs",
  "PeerSockets.cs",
  "ReachabilityActions.cs",
  "FirewallDecision.cs",
  "StackProbe.cs",
  "DiagnosticProgram.cs",
  "EventText.cs",
  "PeerDiagnostics.cs",
  "PeerActions.cs",
  "AccountRights.cs",
  "Watchdog.cs",
  "PeerService.cs",
] as const;

/** The script of the managed Run Command that prepares a machine. Its first line is this marker. */
export const preparationFile = "prepare.ps1";
export const preparationMarker = `# PeerLab preparation, contract ${contractVersion}`;

/** The script that changes the lab user's password, run whole as an encoded command. Its first line is this marker. */
export const passwordFile = "password.ps1";
export const passwordMarker = `# PeerLab password, contract ${contractVersion}`;

export type GuestAction =
  | "Set-PeerMachine"
  | "Test-PeerMachine"
  | "Test-PeerCapability"
  | "Test-PeerStack"
  | "Set-PeerNetworking"
  | "New-PeerIdentity"
  | "Export-PeerIdentity"
  | "Import-PeerIdentity"
  | "Get-PeerIdentity"
  | "Remove-PeerIdentity"
  | "New-PeerGroup"
  | "New-PeerGroupInvitation"
  | "Join-PeerGroup"
  | "Get-PeerGroup"
  | "Remove-PeerGroup"
  | "Set-PeerPresence"
  | "Get-PeerPresence"
  | "Start-PeerListener"
  | "Stop-PeerListener"
  | "Test-PeerReachability"
  | "Restart-PeerMachine"
  | "Confirm-PeerBoot"
  | "Get-PeerReport"
  | "Get-PeerDiagnostics";

/** Actions that show first, where their request asks for it, that the machine can run the peer stack. */
export const capabilityActions: readonly GuestAction[] = [
  "Set-PeerMachine",
  "Set-PeerPresence",
  "New-PeerIdentity",
  "Export-PeerIdentity",
  "Import-PeerIdentity",
];

/** The one line that runs an action, valid under cmd and under PowerShell as sshd's default shell. */
export function guestCommand(action: GuestAction): string {
  return `powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File ${guestDirectory}/peerlab.ps1 ${action}`;
}

/** The last line on standard error of an action that failed. */
export interface GuestFailure {
  /** A stable name: Windows' own (`PEER_E_*`, `NTE_*`, `NERR_*`) for an HRESULT, else one of {@link guestFailureCodes}. */
  code: string;
  /** The HRESULT as `0x` and eight hex digits, where there is one. */
  hresult?: string;
  /** What is wrong, one sentence. */
  message: string;
  /** What to do about it, one sentence. */
  hint: string;
}

/** Failures that are ours and not an HRESULT of Windows. */
export const guestFailureCodes = [
  "InvalidRequest",
  "ContractMismatch",
  "GuestFilesMismatch",
  "WrongMachine",
  "GuestFolderNotOurs",
  "ConstrainedLanguage",
  "P2pLibraryMissing",
  "PeerServiceMissing",
  "PnrpFeatureMissing",
  "PeerNetworkingDisabledByPolicy",
  "IPv6Disabled",
  "PeerIdentityMismatch",
  "PeerIdentityUnusable",
  "PeerIdentityAmbiguous",
  "PeerIdentityMissing",
  "PeerGroupAmbiguous",
  "PeerGroupMissing",
  "PeerGroupMismatch",
  "HolderNotInstalled",
  "RebootNotDone",
  "OutboundBlocked",
  "OpenSshUnavailable",
  "OpenSshNotListening",
  "TimedOut",
  "Unexpected",
] as const;

export type AddressFamily = "IPv4" | "IPv6";

/** One inbound rule of the Windows Firewall, owned by the library: profile Any, action Allow, one address family. */
export interface FirewallRule {
  /** The rule's `-Name`; every name of ours begins with {@link firewallRulePrefix}. */
  name: string;
  displayName: string;
  protocol: "TCP" | "UDP";
  /** Local port, 1 to 65535. */
  port: number;
  family: AddressFamily;
  /** Remote addresses in CIDR form, all of `family`; at least one. */
  remoteAddresses: string[];
  /** Whether unsolicited traffic through Teredo or another edge device may pass. `Block` unless asked for. */
  edgeTraversal: "Block" | "Allow";
}

export const firewallRulePrefix = "PeerLab-";

/** What a machine's networking has to look like. */
export interface NetworkingState {
  /** All rules of ours; rules of ours that are not listed are removed. */
  firewallRules: FirewallRule[];
  /** How this machine finds the PNRP cloud; absent: the policy is left alone. */
  seed?: SeedPolicy;
}

export interface SeedPolicy {
  /** `seed`: others find the cloud through this machine; it keeps multicast bootstrap. `peer`: uses `server`. */
  role: "seed" | "peer";
  /** A DNS name or an IPv6 address; of all seeds together. */
  server: string;
}

/** An identity that has to be on a machine. */
export interface WantedIdentity {
  /** The secure peer name, known from the export: 40 hex digits, a dot, the classifier. */
  peerName: string;
  /** Set after the import; absent: the identity keeps the name it has (an identity brought by the user). */
  friendlyName?: string;
  /**
   * The exported identity: base64 of the UTF-16LE bytes, exactly as exported. Secret. Absent together with the password: the
   * identity was made on this machine (`New-PeerIdentity`) and cannot be brought back; where it is missing or dead, the
   * action fails with `PeerIdentityMissing`.
   */
  exportedIdentity?: string;
  /** The password of the export. Secret. */
  exportPassword?: string;
}

/** A group that this machine has to belong to. */
export interface WantedGroup {
  /** The peer name of the group. */
  group: string;
  /** The peer name of the identity by which this machine belongs to it. */
  identity: string;
  /**
   * From `New-PeerGroupInvitation`, for that identity: base64 of the UTF-16LE bytes. Needed where the machine does not
   * belong to the group yet; without it that fails with `PeerGroupMissing`.
   */
  invitation?: string;
}

/** What the presence holder keeps alive: it runs as the lab user from the start of Windows on. */
export interface PresenceState {
  /** One name per service; what is not listed is unregistered. */
  names: PresenceName[];
  /** Groups to stay connected to; what is not listed is closed. */
  groups: PresenceGroup[];
}

export interface PresenceName {
  /** The service's own name, unique in the list: 1 to 40 characters of `a-z`, `0-9` and `-`. */
  service: string;
  /** What is registered: `<authority of an identity on this machine>.<classifier>`, or `0.<classifier>` unsecured. */
  peerName: string;
  /** Where the service listens, 1 to 65535. */
  port: number;
  /** At most 39 characters, the limit of PEER_PNRP_REGISTRATION_INFO. */
  comment?: string;
}

export interface PresenceGroup {
  group: string;
  /** The identity by which this machine belongs to the group. */
  identity: string;
  /** Renews members' credentials when half of their time is over; effective on a machine with the role administrator. */
  renewsMembers?: boolean;
  /** `[address]:port` of members to be connected to directly where the cloud finds none. */
  addresses?: string[];
}

interface GuestRequest {
  contract: typeof contractVersion;
  /** The VM instance (`vmId`) the request is meant for; a machine that knows itself to be another one refuses. */
  instance: string;
  /** {@link guestFilesHash} of the copied files; a machine that holds others refuses. */
  guestFiles: string;
  /**
   * The lab user's password. Where the session cannot open the user's keys, an action on identities runs in a one-shot
   * task under it; without it such a session fails with `PEER_E_NO_KEY_ACCESS`. Secret.
   */
  userPassword?: string;
}

/** A request of one of the {@link capabilityActions}. */
interface ProvingRequest extends GuestRequest {
  /**
   * Shows first that this machine can run the peer stack, and fails as `Test-PeerCapability` does where it cannot. Of
   * `Set-PeerMachine` the section networking comes before it, since that puts right what may keep the stack from running.
   */
  proveCapability?: boolean;
}

/** What is known of a machine that can run the peer stack; {@link TestPeerCapabilityReport}. */
interface ProvingReport extends MachineFacts {
  /** Where the request asked for it. */
  capability?: CapabilityFacts;
}

/** `Set-PeerMachine`: the desired state. A section that is absent is left alone; within a section the list is complete. */
export interface SetPeerMachineRequest extends ProvingRequest {
  networking?: NetworkingState;
  identities?: {
    /**
     * Whose identities this list is about: `peerlab:<project>/<stack>/<person key>`. Identities that were put there under
     * this scope (the guest's own ledger, or a friendly name of the scope followed by `#`) and are not wanted are removed,
     * after the wanted ones are in place.
     */
    scope: string;
    /**
     * No other scope has a right on this machine: what was put there under any scope and is not wanted is removed. So it
     * loses what an earlier owner left, or what was noted under another name of the stack.
     */
    exclusive?: boolean;
    /** Each peer name once. */
    wanted: WantedIdentity[];
  };
  /**
   * The groups of a scope, as `identities`: joined after the identities are there; those that were joined or made under this
   * scope and are not wanted are deleted before their identities are. Each group once for an identity.
   */
  groups?: { scope: string; exclusive?: boolean; wanted: WantedGroup[] };
  /** What the holder keeps alive. Empty lists: the holder is removed, with everything of it. */
  presence?: PresenceState;
  /**
   * Repairs what is recognised as broken and is not touched otherwise, because a repair deletes or opens something: the
   * store of PNRPsvc (`PEER_E_CERT_STORE_CORRUPTED`), its access to machine keys (`PEER_E_NO_KEY_ACCESS`), the lab user's
   * own store.
   */
  reconcile?: boolean;
  /**
   * Listeners for a test that follows: when all the rest is as wanted, they are opened as `Start-PeerListener` does, and no session
   * of its own is needed for that. Where they cannot be opened, that is no failure of this action. `Test-PeerMachine` opens none.
   */
  listen?: ListenRequest;
}

/** The answer of `Set-PeerMachine`. */
export interface SetPeerMachineReport extends ProvingReport {
  action: "Set-PeerMachine";
  /** What this run changed, one phrase each; empty where all was as wanted. */
  changed: string[];
  /** What is wanted and not yet so: `reboot`. */
  pending: string[];
  networking?: NetworkingFacts;
  /** Every identity of the scope, read back after the change. */
  identities?: IdentityFacts[];
  /** Every wanted group, read back after the change. */
  groups?: GroupFacts[];
  presence?: PresenceFacts;
  /** What became of `listen`; absent without it. */
  listeners?: ListenersReport;
}

/** What came of listeners that were asked for beside something else: the ports, or why there are none. */
export type ListenersReport =
  { ports: ListenerFacts[]; failure?: undefined } | { ports?: undefined; failure: GuestFailure };

/** `Test-PeerMachine`: what `Set-PeerMachine` would change of the same request; changes nothing, and proves nothing. */
export interface TestPeerMachineRequest extends SetPeerMachineRequest {
  /** What time it is at whoever asks: ISO 8601, UTC. */
  now?: string;
}

export interface TestPeerMachineReport extends MachineFacts {
  action: "Test-PeerMachine";
  /** What is not as wanted, one phrase each; empty where `Set-PeerMachine` would change nothing. */
  drift: string[];
  /** What is wanted and waits: `reboot`. */
  pending: string[];
  networking?: NetworkingFacts;
  /**
   * The wanted identities that are there. Absent where they cannot be read because of something that `drift` or `pending`
   * names.
   */
  identities?: IdentityFacts[];
  groups?: GroupFacts[];
  presence?: PresenceFacts;
  /**
   * How far this machine's clock was ahead of `now` when the action began, in whole seconds, negative where it was behind;
   * what the request took to arrive is in it. Absent without `now`.
   */
  clockOffsetSeconds?: number;
}

/** `Test-PeerCapability`: can this machine run the peer stack at all? Fails where it cannot. */
export type TestPeerCapabilityRequest = GuestRequest;

export interface TestPeerCapabilityReport extends MachineFacts, CapabilityFacts {
  action: "Test-PeerCapability";
}

/** How a machine runs the peer stack. */
export interface CapabilityFacts {
  /** `FullLanguage` or `ConstrainedLanguage`. */
  languageMode: string;
  executionPolicy: string;
  /** Each part of the stack with the name of the HRESULT it answered: `S_OK`, `PEER_E_...`. */
  stack: { identity: string; grouping: string; pnrp: string };
  services: { name: string; status: string; startType: string }[];
  networking: NetworkingFacts;
}

/**
 * `Test-PeerStack`: does once, with throw-away identities, groups, names and rules that it removes again, whatever a lab does,
 * and tells step by step what this Windows answers. What a step answers is the report; only a request that is not of the
 * contract, or meant for another machine, fails.
 */
export type TestPeerStackRequest = GuestRequest;

export interface TestPeerStackReport extends MachineFacts {
  action: "Test-PeerStack";
  /** `Windows 11 Enterprise`, as Windows calls itself. */
  edition: string;
  /** Publisher, offer, SKU and exact version, as Azure tells the machine; empty where it does not answer. */
  image: string;
  /** In the order in which they ran. */
  steps: StackStep[];
}

export interface StackStep {
  /** What was done, such as `identity: import again`. */
  step: string;
  /** `S_OK`, the name of another HRESULT, the code of a failure, or `skipped` where an earlier step left nothing to try. */
  answer: string;
  /** What was seen beside the code, and what documentation leaves open; empty where nothing. */
  seen: string;
  /** Whether a lab can go on after this answer. */
  fine: boolean;
}

/** `Set-PeerNetworking`: the networking section alone. */
export interface SetPeerNetworkingRequest extends GuestRequest {
  networking: NetworkingState;
}

export interface SetPeerNetworkingReport extends MachineFacts {
  action: "Set-PeerNetworking";
  changed: string[];
  pending: string[];
  networking: NetworkingFacts;
}

/** `New-PeerIdentity`: finds the identity by its friendly name or creates it; it never leaves this machine. */
export interface NewPeerIdentityRequest extends ProvingRequest {
  friendlyName: string;
  /** The part of the peer name after the dot; used only where the identity is created. */
  classifier: string;
  /** Put right before all else, as by `Set-PeerMachine`: what somebody changed may keep the stack from running. */
  networking?: NetworkingState;
  /** Repairs what is recognised as broken, as `Set-PeerMachine` does: what keeps PNRPsvc from starting, the lab user's own store. */
  reconcile?: boolean;
}

export interface NewPeerIdentityReport extends ProvingReport {
  action: "New-PeerIdentity";
  /** Where the request has `reconcile`: what this run changed besides, one phrase each. */
  changed?: string[];
  peerName: string;
  created: boolean;
  /** The public credential, for `New-PeerGroupInvitation`: base64 of the UTF-16LE bytes of PEERIDENTITYINFO. */
  credential: string;
}

/** `Export-PeerIdentity`: finds the identity by its friendly name or creates it, and exports it. */
export interface ExportPeerIdentityRequest extends ProvingRequest {
  friendlyName: string;
  /** The part of the peer name after the dot; used only where the identity is created. */
  classifier: string;
  /** Secret. */
  exportPassword: string;
}

/** Carries the private key under the password: secret as a whole. */
export interface ExportPeerIdentityReport extends ProvingReport {
  action: "Export-PeerIdentity";
  peerName: string;
  created: boolean;
  /** Base64 of the UTF-16LE bytes of the documented XML. */
  exportedIdentity: string;
}

/** `Import-PeerIdentity`: one identity; without a peer name, whichever the export holds. */
export interface ImportPeerIdentityRequest extends ProvingRequest {
  peerName?: string;
  friendlyName?: string;
  /** Secret. */
  exportedIdentity: string;
  /** Secret. */
  exportPassword: string;
}

export interface ImportPeerIdentityReport extends ProvingReport {
  action: "Import-PeerIdentity";
  imported: boolean;
  identity: IdentityFacts;
}

/** `Get-PeerIdentity`: the identities of the lab user; all of them where `peerName` is absent. */
export interface GetPeerIdentityRequest extends GuestRequest {
  peerName?: string;
}

export interface GetPeerIdentityReport extends MachineFacts {
  action: "Get-PeerIdentity";
  identities: IdentityFacts[];
}

/** `Remove-PeerIdentity`: removes one identity; says so where it was not there. */
export interface RemovePeerIdentityRequest extends GuestRequest {
  peerName: string;
}

export interface RemovePeerIdentityReport extends MachineFacts {
  action: "Remove-PeerIdentity";
  removed: boolean;
}

/** What a member of a group may do, by the roles of p2p.h. */
export type GroupRole = "administrator" | "invitingMember" | "member";

/** `New-PeerGroup`: finds the group by its friendly name among those of the identity, or creates it, and connects once. */
export interface NewPeerGroupRequest extends GuestRequest {
  /** The peer name of the creator's identity, which is on this machine. Exactly one of this and `newIdentity` is given. */
  identity?: string;
  /** Finds or makes the creator's identity first, as `New-PeerIdentity` does, so that no step of its own has to come before. */
  newIdentity?: Pick<NewPeerIdentityRequest, "friendlyName" | "classifier">;
  /** 1 to 255 characters; more than one group of it is `PeerGroupAmbiguous`. */
  friendlyName: string;
  /** The part of the group's peer name after the dot, 1 to 149 characters; used only where the group is created. */
  classifier: string;
  /** At most 255 characters; used only where the group is created. */
  comment?: string;
  /**
   * How long a member's credential holds, in seconds: 28,800 (8 hours) to 315,360,000 (10 years); 2,419,200 (28 days) where
   * absent. It is the earliest end of a membership, since p2p.dll cannot evict.
   */
  memberLifetimeSeconds?: number;
}

export interface NewPeerGroupReport extends MachineFacts {
  action: "New-PeerGroup";
  created: boolean;
  group: GroupFacts;
}

/** `New-PeerGroupInvitation`: one invitation for each invitee, by an administrator or an inviting member. */
export interface NewPeerGroupInvitationRequest extends GuestRequest {
  group: string;
  /** The identity on this machine that invites. */
  identity: string;
  /** At least one. */
  invitees: {
    /** The invitee's public credential, from `New-PeerIdentity` or `Get-PeerIdentity`, unaltered. */
    credential: string;
    role: GroupRole;
  }[];
  /** How long an invitation can be used, in seconds: 300 (5 minutes) to 31,536,000 (a year). */
  lifetimeSeconds: number;
}

export interface NewPeerGroupInvitationReport extends MachineFacts {
  action: "New-PeerGroupInvitation";
  /** In the order of the invitees. */
  invitations: {
    /** Whom it invites. */
    peerName: string;
    /** Base64 of the UTF-16LE bytes. */
    invitation: string;
    /** ISO 8601, UTC. */
    expires: string;
  }[];
}

/** `Join-PeerGroup`: joins by an invitation, or says that the machine belongs to the group already; then connects once. */
export interface JoinPeerGroupRequest extends GuestRequest {
  identity: string;
  /** For that identity; one for another is `PeerGroupMismatch`. */
  invitation: string;
}

export interface JoinPeerGroupReport extends MachineFacts {
  action: "Join-PeerGroup";
  joined: boolean;
  group: GroupFacts;
}

/** `Get-PeerGroup`: the groups of the lab user's identities; of one identity where it is given. */
export interface GetPeerGroupRequest extends GuestRequest {
  identity?: string;
}

export interface GetPeerGroupReport extends MachineFacts {
  action: "Get-PeerGroup";
  groups: GroupFacts[];
}

/** `Remove-PeerGroup`: deletes a group's data from this machine; says so where there was none. Does not evict anyone. */
export interface RemovePeerGroupRequest extends GuestRequest {
  group: string;
  identity: string;
}

export interface RemovePeerGroupReport extends MachineFacts {
  action: "Remove-PeerGroup";
  removed: boolean;
}

export interface GroupFacts {
  group: string;
  friendlyName: string;
  identity: string;
  /** Peer name of the creator; empty where the machine has not synchronised with the group yet. */
  creator: string;
  /**
   * What the short connection of this action came to: `connected` to another member; `listening`: no other member was
   * found; otherwise the name of the HRESULT. The lasting connection is the holder's.
   */
  connection: string;
  /** Members known to this machine, itself included; empty where the group has not synchronised. */
  members: GroupMember[];
}

export interface GroupMember {
  peerName: string;
  role: GroupRole;
  /** When the credential ends: ISO 8601, UTC. */
  expires: string;
  /** Whether the member is connected to the group now. */
  present: boolean;
}

/** `Set-PeerPresence`: the presence section alone. */
export interface SetPeerPresenceRequest extends ProvingRequest {
  presence: PresenceState;
  /**
   * Whether names and groups that are held and not listed stay, so that a seed can be woken before the machine's whole state
   * is known. A name of the same service or the same peer name, and a group of the same name and identity, is replaced;
   * nothing at all changes nothing. False where absent.
   */
  adds?: boolean;
}

export interface SetPeerPresenceReport extends ProvingReport {
  action: "Set-PeerPresence";
  changed: string[];
  presence: PresenceFacts;
}

/** `Get-PeerPresence`: what the holder holds; changes nothing. */
export type GetPeerPresenceRequest = GuestRequest;

export interface GetPeerPresenceReport extends MachineFacts {
  action: "Get-PeerPresence";
  presence: PresenceFacts;
}

export interface PresenceFacts {
  /** `absent`: not installed; `stopped`: installed and not running, or silent for more than a minute. */
  holder: "running" | "stopped" | "absent";
  /** How the holder runs; a service where a policy forbids stored passwords. Absent where there is none. */
  runsAs?: "task" | "service";
  names: {
    service: string;
    peerName: string;
    port: number;
    /** `registered`, `waiting` (not tried yet, or IPv6 or PNRPsvc is not ready) or the name of the HRESULT of the last try. */
    state: string;
  }[];
  groups: {
    group: string;
    /** `connected`, `listening`, `waiting`, or the name of the HRESULT of the last try. */
    state: string;
    members: GroupMember[];
  }[];
  clouds: CloudFacts[];
}

export interface CloudFacts {
  /** `Global_` and the like; names are case-sensitive. */
  name: string;
  scope: "global" | "siteLocal" | "linkLocal";
  /** By PNRP_CLOUD_STATE; `alone`: it runs, and knows no other node. */
  state:
    "virtual" | "synchronizing" | "active" | "dead" | "disabled" | "noNet" | "alone" | "unknown";
}

/**
 * `Start-PeerListener`: for the time of a test, opens an unrestricted IPv6 listener on each port that nobody holds, in a
 * task of its own, since everything that an SSH session starts ends with it. Returns when the ports are open.
 */
export interface StartPeerListenerRequest extends GuestRequest, ListenRequest {}

/** Which listeners are wanted. */
export interface ListenRequest {
  /** TCP ports, each once; at least one. */
  ports: number[];
  /** After this time the listeners end by themselves, in seconds: 10 to 3,600. */
  seconds: number;
}

export interface StartPeerListenerReport extends MachineFacts {
  action: "Start-PeerListener";
  ports: ListenerFacts[];
}

/** A port of a test, on the machine that is to be reached. */
export interface ListenerFacts {
  port: number;
  /** `opened` by this action, or `held` by a program that listens there already. */
  listener: "opened" | "held";
  /** The program's file name, where one holds the port. */
  program?: string;
  /** What the Windows Firewall does with a new TCP connection over IPv6 to it. */
  firewall: {
    action: "allow" | "block";
    /** The deciding rule; absent: the default for inbound traffic. */ rule?: string;
  };
}

/** `Stop-PeerListener`: ends the listeners before their time. */
export type StopPeerListenerRequest = GuestRequest;

export interface StopPeerListenerReport extends MachineFacts {
  action: "Stop-PeerListener";
  stopped: boolean;
}

/** `Test-PeerReachability`: what of others this machine reaches. Verdicts are the answer; only a bad request fails. */
export interface TestPeerReachabilityRequest extends GuestRequest {
  /** TCP over IPv6. */
  targets: { name: string; address: string; ports: number[] }[];
  /** Names to be resolved, 30 seconds each at most; one that this machine's own holder registers proves nothing. */
  names: {
    peerName: string;
    /** IPv6 addresses of machines that hold it; at least one of them has to be among the endpoints. */
    holders: string[];
  }[];
  /**
   * How long what fails is tried again, in seconds: 0 to 600. What this machine's own holder holds is waited for, too: each
   * name until it is `registered`, each group until it is `connected`, or `listening` where it knows itself and no other
   * member whose credential still holds. With targets, a global cloud that is `alone` is waited for, too: a seed's is until
   * the first of the others has called.
   */
  settleSeconds: number;
  /** What time it is at whoever asks: ISO 8601, UTC. */
  now?: string;
}

export interface TestPeerReachabilityReport extends MachineFacts {
  action: "Test-PeerReachability";
  ports: {
    name: string;
    address: string;
    port: number;
    /**
     * `silent`: no answer within 5 seconds, so something drops it, or nobody listens behind a firewall in stealth mode;
     * `refused`: the machine answers that nobody listens; `unreachable`: there is no way to the address.
     */
    verdict: "reachable" | "refused" | "silent" | "unreachable";
  }[];
  names: {
    peerName: string;
    /** `foreign`: endpoints came, and none is a holder's; `unresolved`: none came. */
    verdict: "resolved" | "foreign" | "unresolved";
    /** `[address]:port`. */
    endpoints: string[];
    /** The name of the HRESULT where the call failed. */
    code?: string;
  }[];
  clouds: CloudFacts[];
  /** What this machine's own holder held at the end. */
  presence: PresenceFacts;
  /**
   * How far this machine's clock was ahead of `now` when the action began, in whole seconds, negative where it was behind;
   * what the request took to arrive is in it. Absent without `now`.
   */
  clockOffsetSeconds?: number;
}

/**
 * `Restart-PeerMachine`: restarts Windows where a change of ours waits for it, and does nothing otherwise. Notes the time of
 * the last boot, closes the machine's own rule for TCP 22 until Windows has started, and ends before the restart begins.
 */
export type RestartPeerMachineRequest = GuestRequest;

export interface RestartPeerMachineReport extends MachineFacts {
  action: "Restart-PeerMachine";
  restarting: boolean;
  /** ISO 8601, UTC. */
  bootTime: string;
}

/** `Confirm-PeerBoot`: fails with `RebootNotDone` while the boot time is the one that `Restart-PeerMachine` noted. */
export type ConfirmPeerBootRequest = GuestRequest;

export interface ConfirmPeerBootReport extends MachineFacts {
  action: "Confirm-PeerBoot";
  /** Whether a restart was waited for. */
  restarted: boolean;
  /** ISO 8601, UTC. */
  bootTime: string;
  pending: string[];
}

/** `Get-PeerReport`: everything about the machine; changes nothing. */
export type GetPeerReportRequest = GuestRequest;

export interface GetPeerReport extends MachineFacts {
  action: "Get-PeerReport";
  capability: CapabilityFacts;
  identities: IdentityFacts[];
  groups: GroupFacts[];
  presence: PresenceFacts;
}

/** The items of `Get-PeerDiagnostics`, in their order. Each is there in every answer. */
export const diagnosticItems = [
  /** The log System, of PNRPsvc and p2pimsvc themselves. */
  "events-pnrp",
  /** The log System, of the service manager about the services of the peer stack, sshd and the holder. */
  "events-services",
  /** The task scheduler about tasks of ours. */
  "events-task-scheduler",
  "events-openssh",
  /** What happened to the rules of the Windows Firewall. */
  "events-firewall",
  "holder",
  "holder-old",
  /** The packets that the Windows Firewall logged, which it does where somebody switched that on. */
  "firewall-log",
  /** The rules of ours as the Windows Firewall has them. */
  "firewall-rules",
  "netsh-firewall",
  "netsh-clouds",
  "netsh-cloud-names",
  "netsh-cloud-statistics",
  "netsh-cloud-initialization",
  "netsh-ipv6-interfaces",
  "netsh-ipv6-addresses",
  "netsh-ipv6-routes",
] as const;

/**
 * `Get-PeerDiagnostics`: what Windows' logs and its own diagnostics say about the peer stack; changes nothing. An item that cannot
 * be had is no failure of the action, and costs no other one: each has 20 seconds, all together three minutes.
 */
export interface GetPeerDiagnosticsRequest extends GuestRequest {
  /** How far back events are read: 1 to 720 hours. Files are not cut by time. */
  sinceHours: number;
  /** The newest so many events of each log: 1 to 500. */
  maximumEvents: number;
  /** The length of each item's text: 1,024 to 262,144 characters. */
  maximumCharacters: number;
}

export interface GetPeerDiagnosticsReport extends MachineFacts {
  action: "Get-PeerDiagnostics";
  items: DiagnosticItem[];
}

/** What one log or one command says, with line feeds. In the language of Windows, but for names and numbers. */
export interface DiagnosticItem {
  name: (typeof diagnosticItems)[number];
  /** The log, the file or the command line. */
  source: string;
  /** Events: the newest first. A file: its end. */
  text: string;
  /** Whether there was more. */
  truncated: boolean;
  /** Why there is no text, or why it is not what one would expect; one sentence. */
  error?: string;
}

/** What `password.ps1` is asked. It is no action of the guest files, and the user is the one who is logged on. */
export interface SetPasswordRequest {
  contract: typeof contractVersion;
  /** The VM instance (`vmId`) the request is meant for; a machine that knows itself to be another one refuses. */
  instance: string;
  /** Secret. */
  oldPassword: string;
  /** Secret. */
  newPassword: string;
}

/**
 * The answer of `password.ps1`. It fails with ERROR_INVALID_PASSWORD where the old password is not the user's,
 * NERR_PasswordTooShort where the machine's policy refuses the new one, ERROR_ACCOUNT_LOCKED_OUT.
 */
export interface SetPasswordReport {
  contract: typeof contractVersion;
  computerName: string;
  /** The machine's own `vmId`; empty where it cannot tell. */
  instance: string;
  /** False where both passwords are the same; nothing is tried then. */
  changed: boolean;
  /** How the presence holder got the new password: `task`, `service`; absent where there is no holder. */
  holder?: "task" | "service";
}

/** What every answer says about the machine that gave it. */
export interface MachineFacts {
  contract: typeof contractVersion;
  computerName: string;
  /** The machine's own `vmId`; empty where it cannot tell. */
  instance: string;
  /** `10.0.26100.2894`, as Windows reports it. */
  osBuild: string;
}

export interface IdentityFacts {
  /** Computed on the machine from the public key it holds, not repeated from the request. */
  peerName: string;
  friendlyName: string;
  /** True only after a test signature with the identity's private key. */
  usable: boolean;
  /** `session`: the keys opened in the SSH session; `task`: only in a one-shot task with the user's password. */
  openedIn: "session" | "task";
  /** The public credential (base64 of UTF-16LE), in the answer of `Get-PeerIdentity` alone. */
  credential?: string;
}

export interface NetworkingFacts {
  /** The machine's IPv6 addresses that are not link-local. */
  ipv6Addresses: string[];
  /** Names of our firewall rules that are present and enabled. */
  firewallRules: string[];
  /** Whether a change waits for a reboot. */
  rebootPending: boolean;
  seedServer?: string;
  /** Why PNRPsvc does not start, as the service itself said at its last try: the name of the HRESULT. */
  pnrpFailure?: string;
}

/**
 * What `prepare.ps1` is given: as the run command's parameter `Settings`, base64 of the UTF-8 bytes of this as JSON,
 * because a parameter stays readable on the machine's disk and its quoting is not to be relied on. Nothing secret.
 */
export interface PreparationSettings {
  contract: typeof contractVersion;
  /** The lab user, who may read and run the guest files. */
  labUser: string;
  networking: NetworkingState;
  /** `https` addresses that must answer before anything is installed; empty where the image brings its own SSH server. */
  outboundTest: string[];
  /** Where the SSH server comes from if Windows cannot provide its own capability. */
  openSshMsi?: string;
}

/** The last line of output of `prepare.ps1` (which must fit into the last 4 KB that Run Command keeps). */
export interface PreparationReport extends MachineFacts {
  /** The SSH server's public host key in the form of an `authorized_keys` line without comment: `ssh-ed25519 AAAA...`. */
  hostKey: string;
  /** Where the SSH server came from. */
  openSsh: "present" | "capability" | "msi";
  changed: string[];
  rebootPending: boolean;
}

/**
 * One hash for the guest files of a machine: SHA-256, in hex, over the lines `<sha256 of the file's bytes in hex> <name>\n`
 * in the order of {@link guestFiles}. `digest` is the hex SHA-256 of what it is given.
 */
export function guestFilesHash(
  read: (name: string) => Uint8Array,
  digest: (data: Uint8Array | string) => string,
  files: readonly string[] = guestFiles,
): string {
  return digest(files.map((name) => `${digest(read(name))} ${name}\n`).join(""));
}
