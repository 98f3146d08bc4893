import type { IdentityFacts, WantedIdentity } from "../../../guest/contract";
import { fromHresult, GuestError } from "../guestError";
import { formatHresult, HresultError } from "../hresult";
import { declaredPeerName } from "../identity/exportFormat";
import type { Logon } from "../accounts";
import type { GroupStore } from "../group/store";
import type { IdentityStore } from "../identity/store";
import { findAccount, passwordLogon } from "../logon";
import type { Machine } from "../machine";
import { readRegistry, registryKeys } from "../registry";
import type { ActionContext } from "./context";

/** The lab user's identities and groups in this session. */
export interface IdentityAccess {
  store: IdentityStore;
  groups: GroupStore;
  openedIn: IdentityFacts["openedIn"];
  /** Deletes the user's identity store, which cures a corrupted one and loses what was in it. */
  deleteStore(): void;
}

/**
 * Opens the user's identities: in the session, or where that cannot open keys, in a one-shot task under the password that
 * the request carries, which is a logon of its own.
 */
export async function openIdentities(
  { machine, logon }: ActionContext,
  { userPassword }: { userPassword?: string },
): Promise<IdentityAccess> {
  const { environment, record } = machine;
  const { faults } = environment;
  const nobodyOpensKeys = faults.take("keyFolderRefused", record.computerName) !== undefined;
  const sessionOpensKeys =
    logon.kind === "password" &&
    !nobodyOpensKeys &&
    !faults.take("sessionCannotOpenKeys", record.computerName);
  const access = (
    user: Logon,
    openedIn: IdentityFacts["openedIn"],
    isClosed?: boolean,
  ): IdentityAccess => {
    const store = machine.identities(user, isClosed);
    const groups = machine.groups(logon.userName, store);
    return {
      store,
      groups,
      openedIn,
      deleteStore: () => machine.deleteIdentityStore(logon.userName),
    };
  };
  if (sessionOpensKeys) return access(logon, "session");
  if (userPassword === undefined) return access(logon, "session", true);
  const taskLogon = await taskLogonOf(machine, logon.userName, userPassword);
  if (typeof taskLogon === "string") {
    throw new GuestError(
      "PEER_E_NO_KEY_ACCESS",
      `No task could be run under the user's password: the scheduler answered ${formatHresult(taskLogon)}.`,
      "Check userPassword, the right to log on as a batch job, and the policy that forbids stored passwords (0x80070520).",
      taskLogon,
    );
  }
  if (findAccount(machine, logon.userName)?.lostRights?.includes("SeBatchLogonRight")) {
    throw new GuestError(
      "TimedOut",
      "The task under the user's password did not start within 2 minutes.",
      "Read the history of the task scheduler on the machine.",
    );
  }
  return access(taskLogon, "task", nobodyOpensKeys);
}

/** Registers a task under a password: the user's logon in it, or what the task scheduler answers. */
export async function taskLogonOf(
  machine: Machine,
  userName: string,
  password: string,
): Promise<
  Logon | "ERROR_LOGON_FAILURE" | "ERROR_ACCOUNT_LOCKED_OUT" | "ERROR_NO_SUCH_LOGON_SESSION"
> {
  const { registry } = machine.record;
  const forbidden = readRegistry(registry, registryKeys.lsa, "DisableDomainCreds") === 1;
  if (forbidden) return "ERROR_NO_SUCH_LOGON_SESSION";
  const logon = await passwordLogon(machine, userName, password);
  if (logon === "wrongPassword") return "ERROR_LOGON_FAILURE";
  return logon === "lockedOut" ? "ERROR_ACCOUNT_LOCKED_OUT" : logon;
}

/**
 * What an identity is worth. Fails where the logon, not the identity, is at fault: a logon with an SSH key cannot open any
 * key, and every identity would look dead to it.
 */
export function identityFacts(
  { store, openedIn }: IdentityAccess,
  peerName: string,
): IdentityFacts {
  const identity = store.enumerate().find((candidate) => candidate.peerName === peerName);
  if (!identity) throw new HresultError("PEER_E_NOT_FOUND", "PeerEnumIdentities");
  return { ...identity, usable: isUsable(store, peerName), openedIn };
}

export function isUsable(store: IdentityStore, peerName: string): boolean {
  const state = store.testSignature(peerName);
  if (state === "PEER_E_NO_KEY_ACCESS") throw new HresultError(state, "PeerIdentityGetCryptKey");
  return state === "usable";
}

/** Fails where the session cannot open the user's keys at all. */
export function requireKeyAccess({ store }: IdentityAccess): void {
  if (!store.opensKeys()) throw new HresultError("PEER_E_NO_KEY_ACCESS", "PeerIdentityCreate");
}

/** A wanted identity whose peer name may be left to the export. */
export type WantedImport = Omit<WantedIdentity, "peerName"> & { peerName?: string };

/** Deletes an identity and, before it, its groups: p2p.dll answers PEER_E_GROUPS_EXIST otherwise. */
export function clearIdentity({ store, groups }: IdentityAccess, peerName: string): void {
  for (const { group } of groups.enumerate(peerName)) groups.delete(peerName, group);
  store.delete(peerName);
}

/** The identity of a friendly name, or a new one; never a second one of that name, nor one beside an unusable one. */
export async function findOrCreateIdentity(
  { checkpoint }: ActionContext,
  { store }: IdentityAccess,
  { friendlyName, classifier }: { friendlyName: string; classifier: string },
): Promise<{ peerName: string; created: boolean }> {
  const named = store.enumerate().filter((identity) => identity.friendlyName === friendlyName);
  if (named.length > 1) {
    throw new GuestError(
      "PeerIdentityAmbiguous",
      `${named.length} identities have the friendly name ${friendlyName}.`,
      "Remove all but the one whose peer name is known (Get-PeerIdentity, Remove-PeerIdentity).",
    );
  }
  const created = named.length === 0;
  const peerName = named[0]?.peerName ?? (await store.create(classifier, friendlyName));
  checkpoint();
  if (!isUsable(store, peerName)) {
    throw new GuestError(
      "PeerIdentityUnusable",
      `The key of ${peerName} (${friendlyName}) does not sign.`,
      "Remove the identity with Remove-PeerIdentity; a new one will have another peer name.",
    );
  }
  return { peerName, created };
}

/**
 * Has the identity on the machine: there and usable, or imported. An identity whose key is dead is removed and imported
 * again; one that was made here cannot be.
 */
export async function ensureIdentity(
  { checkpoint }: ActionContext,
  access: IdentityAccess,
  wanted: WantedImport,
): Promise<{ peerName: string; imported: boolean; renamed: boolean }> {
  const { store } = access;
  const { exportedIdentity, exportPassword = "", friendlyName } = wanted;
  const exported =
    exportedIdentity === undefined ? undefined : Buffer.from(exportedIdentity, "base64");
  const expected = wanted.peerName ?? (exported ? declaredPeerName(exported) : "");
  const isPresent = store.enumerate().some(({ peerName }) => peerName === expected);
  const imported = !isPresent || !isUsable(store, expected);
  let peerName = expected;
  if (imported) {
    if (!exported) throw cannotBeImported(expected, isPresent);
    if (isPresent) {
      clearIdentity(access, expected);
      checkpoint();
    }
    peerName = await store.import(exported, exportPassword);
    if (peerName !== expected) {
      store.delete(peerName);
      throw new GuestError(
        "PeerIdentityMismatch",
        `The exported identity is ${peerName}, wanted is ${expected}; it was removed again.`,
        "Give the export that belongs to this peer name.",
      );
    }
    checkpoint();
  }
  const present = store.enumerate().find((identity) => identity.peerName === peerName);
  const misnamed = friendlyName !== undefined && present?.friendlyName !== friendlyName;
  // The export does not carry it.
  if (misnamed) store.setFriendlyName(peerName, friendlyName);
  return { peerName, imported, renamed: misnamed && !imported };
}

function cannotBeImported(peerName: string, isPresent: boolean): GuestError {
  return new GuestError(
    "PeerIdentityMissing",
    isPresent
      ? `The key of ${peerName} does not sign.`
      : `The identity ${peerName} is not on this machine.`,
    "It was made on this machine (New-PeerIdentity) and nothing can bring it back: make another one, or give its export.",
  );
}

/** Whether a failure says that the stack, or the part of it that was called, does not run here at all. */
export function meansNoStack(error: unknown): boolean {
  const code =
    error instanceof HresultError ? error.hresult : error instanceof GuestError ? error.code : "";
  return noStackCodes.includes(code);
}

const noStackCodes: readonly string[] = [
  "PEER_E_NOT_LICENSED",
  "PEER_E_CANNOT_START_SERVICE",
  "PEER_E_SERVICE_NOT_AVAILABLE",
  "PEER_E_IPV6_NOT_INSTALLED",
  "ERROR_SERVICE_DEPENDENCY_FAIL",
  "P2pLibraryMissing",
  "PeerServiceMissing",
  "PnrpFeatureMissing",
  "PeerNetworkingDisabledByPolicy",
  "IPv6Disabled",
];

/** Runs `work` and turns a result of p2p.dll into the failure that the contract knows. */
export async function reportingHresults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HresultError) throw fromHresult(error);
    throw error;
  }
}
