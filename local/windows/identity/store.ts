import * as crypto from "node:crypto";
import type { Logon } from "../accounts";
import { HresultError, type HresultName } from "../hresult";
import { seal, unseal } from "../sealing";
import { encodeCredential } from "./credential";
import {
  createKeyPair,
  decodeExport,
  encodeExport,
  withCommonName,
  type KeyPair,
} from "./exportFormat";
import { classifierOf, peerNameOf } from "./peerName";

/** An identity at rest: its private key only under a key that the user's password opens, as DPAPI keeps it. */
export interface StoredIdentity {
  peerName: string;
  friendlyName: string;
  /** DER, base64. */
  certificate: string;
  masterKey: string;
  sealedPrivateKey: string;
}

/**
 * Why a key cannot be used: `PEER_E_NO_KEY_ACCESS` in a session that opens no keys at all, `NTE_BAD_KEY_STATE` ("Key not
 * valid for use in specified state") where the key's protection was lost with an old password.
 */
export type KeyFailure = Extract<HresultName, "PEER_E_NO_KEY_ACCESS" | "NTE_BAD_KEY_STATE">;

/** The identities of one user, as p2p.dll gives them to one of the user's sessions. All throw {@link HresultError}. */
export interface IdentityStore {
  /** Whether this session can open keys of its user at all. */
  opensKeys(): boolean;
  enumerate(): { peerName: string; friendlyName: string }[];
  create(classifier: string, friendlyName: string | undefined): Promise<string>;
  export(peerName: string, password: string): Buffer;
  /** The public credential, as `PeerIdentityGetXML` gives it: UTF-16LE. */
  credential(peerName: string): Buffer;
  /** Signs data with the identity's private key. */
  sign(peerName: string, data: Buffer, call: string): Buffer;
  /** The peer name of the imported identity, computed from its key. */
  import(exported: Buffer, password: string): Promise<string>;
  setFriendlyName(peerName: string, friendlyName: string): void;
  delete(peerName: string): void;
  /** Signs with the private key and checks the signature with the certificate's public key. */
  testSignature(peerName: string): "usable" | KeyFailure;
}

export interface IdentityStoreOptions {
  logon: Logon;
  identities: StoredIdentity[];
  changed: () => void;
  /** Whether this session cannot open the user's keys although a password opened it. */
  sessionCannotOpenKeys?: boolean;
  /** Stores a key of its own in place of the imported one: a machine that went wrong. */
  wrongKey?: () => boolean;
  /** Whether nothing can be read of the store or written to it. */
  isCorrupted?: () => boolean;
  /** Whether the identity belongs to a group: it cannot be deleted then. */
  hasGroups?: (peerName: string) => boolean;
  /** Whether the store takes no more, whatever it holds. */
  isFull?: () => boolean;
  /** How many identities a user can have. The real limit is not documented. */
  maximumIdentities?: number;
}

/** Both limits include the terminating zero in p2p.h. */
const maximumClassifierLength = 149;
const maximumFriendlyNameLength = 255;

export function openIdentityStore(options: IdentityStoreOptions): IdentityStore {
  const { logon, identities, changed, maximumIdentities = 1000 } = options;

  const opensKeys = () => logon.masterKeys.length > 0 && !options.sessionCannotOpenKeys;
  const requireReadable = (call: string) => {
    if (options.isCorrupted?.()) throw new HresultError("PEER_E_CERT_STORE_CORRUPTED", call);
  };
  const find = (peerName: string, call: string): StoredIdentity => {
    requireReadable(call);
    const identity = identities.find((candidate) => candidate.peerName === peerName);
    if (!identity) throw new HresultError("PEER_E_NOT_FOUND", call);
    return identity;
  };
  const currentMasterKey = (call: string) => {
    if (!opensKeys()) throw new HresultError("PEER_E_NO_KEY_ACCESS", call);
    return logon.masterKeys.at(-1)!;
  };
  const openKey = (identity: StoredIdentity): crypto.KeyObject | KeyFailure => {
    if (!opensKeys()) return "PEER_E_NO_KEY_ACCESS";
    const masterKey = logon.masterKeys.find(({ id }) => id === identity.masterKey);
    const encoded = masterKey && unseal(masterKey.key, identity.sealedPrivateKey);
    if (!encoded) return "NTE_BAD_KEY_STATE";
    return crypto.createPrivateKey({ key: encoded, format: "der", type: "pkcs8" });
  };
  const store = (pair: KeyPair, classifier: string, friendlyName: string, call: string) => {
    const masterKey = currentMasterKey(call);
    const peerName = peerNameOf(crypto.createPublicKey(pair.privateKey), classifier);
    if (identities.some((identity) => identity.peerName === peerName)) {
      throw new HresultError("PEER_E_ALREADY_EXISTS", call);
    }
    if (identities.length >= maximumIdentities || options.isFull?.()) {
      throw new HresultError("PEER_E_TOO_MANY_IDENTITIES", call);
    }
    identities.push({
      peerName,
      // The default is the peer name itself; an export carries no friendly name.
      friendlyName: friendlyName || peerName,
      certificate: withCommonName(pair, classifier).certificate,
      masterKey: masterKey.id,
      sealedPrivateKey: seal(
        masterKey.key,
        pair.privateKey.export({ type: "pkcs8", format: "der" }),
      ),
    });
    changed();
    return peerName;
  };
  const checkFriendlyName = (friendlyName: string | undefined, call: string) => {
    if ((friendlyName ?? "").length > maximumFriendlyNameLength) {
      throw new HresultError("PEER_E_INVALID_FRIENDLY_NAME", call);
    }
  };

  return {
    opensKeys,
    enumerate() {
      requireReadable("PeerEnumIdentities");
      return identities.map(({ peerName, friendlyName }) => ({ peerName, friendlyName }));
    },

    async create(classifier, friendlyName) {
      const call = "PeerIdentityCreate";
      requireReadable(call);
      if (classifier.length > maximumClassifierLength) {
        throw new HresultError("PEER_E_CLASSIFIER_TOO_LONG", call);
      }
      checkFriendlyName(friendlyName, call);
      currentMasterKey(call);
      const pair = await createKeyPair(classifier);
      return store(pair, classifier, friendlyName ?? "", call);
    },

    export(peerName, password) {
      const call = "PeerIdentityExport";
      const identity = find(peerName, call);
      const privateKey = openKey(identity);
      if (typeof privateKey === "string") {
        throw new HresultError(privateKey, call);
      }
      return encodeExport(peerName, { privateKey, certificate: identity.certificate }, password);
    },

    credential(peerName) {
      return encodeCredential(find(peerName, "PeerIdentityGetXML").certificate);
    },

    sign(peerName, data, call) {
      const privateKey = openKey(find(peerName, call));
      if (typeof privateKey === "string") throw new HresultError(privateKey, call);
      return crypto.sign("sha256", data, privateKey);
    },

    async import(exported, password) {
      const call = "PeerIdentityImport";
      requireReadable(call);
      currentMasterKey(call);
      const { peerName, pair } = decodeExport(exported, password);
      if (identities.some((identity) => identity.peerName === peerName)) {
        throw new HresultError("PEER_E_ALREADY_EXISTS", call);
      }
      const classifier = classifierOf(peerName);
      const held = options.wrongKey?.() ? await createKeyPair(classifier) : pair;
      return store(held, classifier, "", call);
    },

    setFriendlyName(peerName, friendlyName) {
      const call = "PeerIdentitySetFriendlyName";
      checkFriendlyName(friendlyName, call);
      find(peerName, call).friendlyName = friendlyName || peerName;
      changed();
    },

    delete(peerName) {
      const call = "PeerIdentityDelete";
      const identity = find(peerName, call);
      if (options.hasGroups?.(peerName)) throw new HresultError("PEER_E_GROUPS_EXIST", call);
      identities.splice(identities.indexOf(identity), 1);
      changed();
    },

    testSignature(peerName) {
      const identity = find(peerName, "PeerIdentityGetCryptKey");
      const privateKey = openKey(identity);
      if (typeof privateKey === "string") return privateKey;
      const challenge = crypto.randomBytes(32);
      const signature = crypto.sign("sha256", challenge, privateKey);
      const certificate = new crypto.X509Certificate(Buffer.from(identity.certificate, "base64"));
      return crypto.verify("sha256", challenge, certificate.publicKey, signature)
        ? "usable"
        : "NTE_BAD_KEY_STATE";
    },
  };
}
