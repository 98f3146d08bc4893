import type { IdentityFacts, WantedIdentity } from "../../../guest/contract";
import { fromHresult, GuestError } from "../guestError";
import { HresultError } from "../hresult";
import type { IdentityStore } from "../identity/store";
import type { ActionContext } from "./context";

/** The lab user's identities in this session. */
export interface IdentityAccess {
  store: IdentityStore;
  openedIn: IdentityFacts["openedIn"];
}

/**
 * Opens the user's identities: in the session, or where that cannot open keys although it has the user's password, in a
 * one-shot task, which is a logon of its own.
 */
export function openIdentities({ machine, logon }: ActionContext): IdentityAccess {
  const { faults } = machine.environment;
  const needsTask =
    logon.kind === "password" &&
    faults.take("sessionCannotOpenKeys", machine.record.computerName) !== undefined;
  return { store: machine.identities(logon), openedIn: needsTask ? "task" : "session" };
}

export function identityFacts(access: IdentityAccess, peerName: string): IdentityFacts {
  const { store, openedIn } = access;
  const identity = store.enumerate().find((candidate) => candidate.peerName === peerName);
  if (!identity) throw new HresultError("PEER_E_NOT_FOUND", "PeerEnumIdentities");
  return { ...identity, usable: store.testSignature(peerName) === "usable", openedIn };
}

/**
 * Has the identity on the machine: there and usable, or imported. An identity whose key is dead is removed and imported
 * again. Returns what was done, empty where nothing was.
 */
export async function ensureIdentity(
  { machine, checkpoint }: ActionContext,
  { store }: IdentityAccess,
  wanted: WantedIdentity,
): Promise<string[]> {
  const done: string[] = [];
  const isPresent = () => store.enumerate().some(({ peerName }) => peerName === wanted.peerName);
  if (isPresent()) {
    const state = store.testSignature(wanted.peerName);
    if (state === "PEER_E_NO_KEY_ACCESS") throw new HresultError(state, "PeerIdentityGetCryptKey");
    if (state !== "usable") {
      store.delete(wanted.peerName);
      done.push(`identity ${wanted.peerName} with a dead key removed`);
      checkpoint();
    }
  }
  if (!isPresent()) {
    const exported = Buffer.from(wanted.exportedIdentity, "base64");
    const held = await store.import(exported, wanted.exportPassword);
    if (held !== wanted.peerName) {
      store.delete(held);
      throw new GuestError(
        "PeerIdentityMismatch",
        `The identity imported on ${machine.record.computerName} is ${held}, not ${wanted.peerName}.`,
        "Check that the exported identity belongs to this peer name; the other one was removed again.",
      );
    }
    done.push(`identity ${wanted.peerName} imported`);
    checkpoint();
  }
  const { friendlyName } = wanted;
  const present = store.enumerate().find(({ peerName }) => peerName === wanted.peerName);
  if (friendlyName !== undefined && present?.friendlyName !== friendlyName) {
    store.setFriendlyName(wanted.peerName, friendlyName);
    done.push(`identity ${wanted.peerName} named ${friendlyName}`);
  }
  return done;
}

/** Runs `work` and turns a result of p2p.dll into the failure that the contract knows. */
export async function reportingHresults<T>(
  { machine }: ActionContext,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HresultError) throw fromHresult(error, machine.record.computerName);
    throw error;
  }
}
