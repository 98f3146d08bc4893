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
  "PeerNetworking.ps1",
  "PeerIdentity.ps1",
  "PeerLedger.ps1",
  "PeerCapability.ps1",
  "PeerLogon.ps1",
  "PeerCodes.cs",
  "PeerNative.cs",
  "CryptoMethods.cs",
  "PeerKeys.cs",
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
  | "Set-PeerNetworking"
  | "Export-PeerIdentity"
  | "Import-PeerIdentity"
  | "Get-PeerIdentity"
  | "Remove-PeerIdentity"
  | "Get-PeerReport";

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
  /** The exported identity: base64 of the UTF-16LE bytes, exactly as exported. Secret. */
  exportedIdentity: string;
  /** The password of the export. Secret. */
  exportPassword: string;
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

/** `Set-PeerMachine`: the desired state. A section that is absent is left alone; within a section the list is complete. */
export interface SetPeerMachineRequest extends GuestRequest {
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
    wanted: WantedIdentity[];
  };
}

/** The answer of `Set-PeerMachine`. */
export interface SetPeerMachineReport extends MachineFacts {
  action: "Set-PeerMachine";
  /** What this run changed, one phrase each; empty where all was as wanted. */
  changed: string[];
  /** What is wanted and not yet so: `reboot`. */
  pending: string[];
  networking?: NetworkingFacts;
  /** Every identity of the scope, read back after the change. */
  identities?: IdentityFacts[];
}

/** `Test-PeerMachine`: what `Set-PeerMachine` would change of the same request; changes nothing. */
export type TestPeerMachineRequest = SetPeerMachineRequest;

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
}

/** `Test-PeerCapability`: can this machine run the peer stack at all? Fails where it cannot. */
export type TestPeerCapabilityRequest = GuestRequest;

export interface TestPeerCapabilityReport extends MachineFacts {
  action: "Test-PeerCapability";
  /** `FullLanguage` or `ConstrainedLanguage`. */
  languageMode: string;
  executionPolicy: string;
  /** Each part of the stack with the name of the HRESULT it answered: `S_OK`, `PEER_E_...`. */
  stack: { identity: string; grouping: string; pnrp: string };
  services: { name: string; status: string; startType: string }[];
  networking: NetworkingFacts;
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

/** `Export-PeerIdentity`: finds the identity by its friendly name or creates it, and exports it. */
export interface ExportPeerIdentityRequest extends GuestRequest {
  friendlyName: string;
  /** The part of the peer name after the dot; used only where the identity is created. */
  classifier: string;
  /** Secret. */
  exportPassword: string;
}

/** Carries the private key under the password: secret as a whole. */
export interface ExportPeerIdentityReport extends MachineFacts {
  action: "Export-PeerIdentity";
  peerName: string;
  created: boolean;
  /** Base64 of the UTF-16LE bytes of the documented XML. */
  exportedIdentity: string;
}

/** `Import-PeerIdentity`: one identity; without a peer name, whichever the export holds. */
export interface ImportPeerIdentityRequest extends GuestRequest, Omit<WantedIdentity, "peerName"> {
  peerName?: string;
}

export interface ImportPeerIdentityReport extends MachineFacts {
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

/** `Get-PeerReport`: everything about the machine; changes nothing. */
export type GetPeerReportRequest = GuestRequest;

export interface GetPeerReport extends MachineFacts {
  action: "Get-PeerReport";
  capability: Omit<TestPeerCapabilityReport, "action" | keyof MachineFacts>;
  identities: IdentityFacts[];
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
}

export interface NetworkingFacts {
  /** The machine's IPv6 addresses that are not link-local. */
  ipv6Addresses: string[];
  /** Names of our firewall rules that are present and enabled. */
  firewallRules: string[];
  /** Whether a change waits for a reboot. */
  rebootPending: boolean;
  seedServer?: string;
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
): string {
  return digest(guestFiles.map((name) => `${digest(read(name))} ${name}\n`).join(""));
}
