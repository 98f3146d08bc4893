import type { IdentityFacts, WantedIdentity } from "../../../guest/contract";
import { fromHresult, GuestError } from "../guestError";
import { HresultError } from "../hresult";
import { declaredPeerName } from "../identity/exportFormat";
import type { IdentityStore } from "../identity/store";
import { passwordLogon } from "../logon";
import type { ActionContext } from "./context";

/** The lab user's identities in this session. */
export interface IdentityAccess {
  store: IdentityStore;
  openedIn: IdentityFacts["openedIn"];
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
  if (sessionOpensKeys) return { store: machine.identities(logon), openedIn: "session" };
  if (userPassword === undefined) {
    return { store: machine.identities(logon, true), openedIn: "session" };
  }
  const taskLogon = await passwordLogon(machine, logon.userName, userPassword);
  if (typeof taskLogon === "string") {
    throw new GuestError(
      "PEER_E_NO_KEY_ACCESS",
      `No task could be run under the password of ${logon.userName}.`,
      "Check userPassword: the task scheduler refused it.",
      "E_ACCESSDENIED",
    );
  }
  return { store: machine.identities(taskLogon, nobodyOpensKeys), openedIn: "task" };
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

/**
 * Has the identity on the machine: there and usable, or imported. An identity whose key is dead is removed and imported
 * again.
 */
export async function ensureIdentity(
  { checkpoint }: ActionContext,
  { store }: IdentityAccess,
  wanted: WantedImport,
): Promise<{ peerName: string; imported: boolean; renamed: boolean }> {
  const exported = Buffer.from(wanted.exportedIdentity, "base64");
  const expected = wanted.peerName ?? declaredPeerName(exported);
  const isPresent = store.enumerate().some(({ peerName }) => peerName === expected);
  const isDead = isPresent && !isUsable(store, expected);
  if (isDead) {
    store.delete(expected);
    checkpoint();
  }
  let peerName = expected;
  const imported = !isPresent || isDead;
  if (imported) {
    peerName = await store.import(exported, wanted.exportPassword);
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
  const { friendlyName } = wanted;
  const misnamed = friendlyName !== undefined && present?.friendlyName !== friendlyName;
  // The export does not carry it.
  if (misnamed) store.setFriendlyName(peerName, friendlyName);
  return { peerName, imported, renamed: misnamed && !imported };
}

/** Runs `work` and turns a result of p2p.dll into the failure that the contract knows. */
export async function reportingHresults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HresultError) throw fromHresult(error);
    throw error;
  }
}
