import * as crypto from "node:crypto";
import type { GroupRole } from "../../../guest/contract";
import { HresultError } from "../hresult";
import { decodeCredential, encodePublicKey, type PublicIdentity } from "../identity/credential";
import { peerNameOf } from "../identity/peerName";
import type { IdentityStore } from "../identity/store";
import {
  encodeInvitation,
  invitationLink,
  longestChain,
  mayInvite,
  parseInvitation,
  requireInTime,
  signLink,
  type Link,
} from "./invitation";

/** A member as the group's database has it. Times are milliseconds since 1970. */
export interface StoredMember {
  peerName: string;
  role: GroupRole;
  issued: number;
  expires: number;
}

/** That an identity of this machine belongs to a group, with what the machine knows of it. */
export interface StoredGroup {
  group: string;
  friendlyName: string;
  identity: string;
  rootKey: string;
  /** From the group's root to this identity: what others let it in by. */
  links: Link[];
  /** How long a member's credential holds, in seconds; known after the first synchronisation. */
  memberLifetimeSeconds?: number;
  /** The peer name of who made the group; empty before the first synchronisation. */
  creator: string;
  /** Empty before the first synchronisation. */
  members: StoredMember[];
}

/** 28 days, in seconds. */
export const defaultMemberLifetime = 2_419_200;

/** Ten years, in seconds: the lifetime of an identity's certificate. */
const creatorLifetime = 315_360_000;

/** The groups of one user, as p2p.dll gives them to one of the user's sessions. All throw {@link HresultError}. */
export interface GroupStore {
  /** The groups of one identity (`PeerEnumGroups`). */
  enumerate(identity: string): StoredGroup[];
  create(properties: GroupProperties): Promise<StoredGroup>;
  /** An invitation for the owner of a credential, as UTF-16LE, and whom it invites. */
  invite(
    stored: StoredGroup,
    invitation: InvitationRequest,
  ): { peerName: string; invitation: Buffer };
  join(identity: string, invitation: Buffer): StoredGroup;
  delete(identity: string, group: string): void;
}

export interface GroupProperties {
  creator: string;
  classifier: string;
  friendlyName: string;
  memberLifetimeSeconds: number;
}

export interface InvitationRequest {
  /** What `PeerIdentityGetXML` gave the invitee, as UTF-16LE. */
  credential: Buffer;
  role: GroupRole;
  expires: number;
}

export interface GroupStoreOptions {
  identities: IdentityStore;
  groups: StoredGroup[];
  changed: () => void;
  /** The machine's clock. */
  now: () => number;
}

/** This machine's own credential; undefined before the first synchronisation. */
export function ownMember({ members, identity }: StoredGroup): StoredMember | undefined {
  return members.find(({ peerName }) => peerName === identity);
}

export function openGroupStore(options: GroupStoreOptions): GroupStore {
  const { identities, groups, changed, now } = options;

  const requireIdentity = (peerName: string, call: string) => {
    if (identities.enumerate().some((identity) => identity.peerName === peerName)) return;
    throw new HresultError("PEER_E_NOT_FOUND", call);
  };
  /** Fails by the key's own failure where it does not sign. */
  const publicIdentity = (peerName: string, call: string): PublicIdentity => {
    const state = identities.testSignature(peerName);
    if (state !== "usable") throw new HresultError(state, call);
    return decodeCredential(identities.credential(peerName))!;
  };
  const keep = (stored: StoredGroup) => {
    groups.push(stored);
    changed();
    return stored;
  };

  return {
    enumerate(identity) {
      requireIdentity(identity, "PeerEnumGroups");
      return groups.filter((stored) => stored.identity === identity);
    },

    async create({ creator, classifier, friendlyName, memberLifetimeSeconds }) {
      const call = "PeerGroupCreate";
      requireIdentity(creator, call);
      const subject = publicIdentity(creator, call);
      const { privateKey, publicKey } = await newKeyPair();
      const group = peerNameOf(publicKey, classifier);
      const issued = now();
      // The lifetime is that of members; who makes a group stays in it as long as the own certificate holds.
      const expires = issued + creatorLifetime * 1000;
      const role = "administrator";
      const given = { issuer: group, role, validFrom: issued, validTo: expires } as const;
      const link = signLink({ group, friendlyName }, subject, given, (data) =>
        crypto.sign("sha256", data, privateKey),
      );
      return keep({
        group,
        friendlyName,
        identity: creator,
        rootKey: encodePublicKey(publicKey),
        links: [link],
        memberLifetimeSeconds,
        creator,
        members: [{ peerName: creator, role, issued, expires }],
      });
    },

    invite(stored, { credential, role, expires }) {
      const call = "PeerGroupCreateInvitation";
      const subject = decodeCredential(credential);
      if (!subject) throw new HresultError("E_INVALIDARG", call);
      const own = ownMember(stored);
      if (!own) throw new HresultError("PEER_E_GROUP_NOT_READY", call);
      if (!mayInvite(own.role, role)) throw new HresultError("PEER_E_NOT_AUTHORIZED", call);
      if (stored.links.length >= longestChain) {
        throw new HresultError("PEER_E_CHAIN_TOO_LONG", call);
      }
      const time = now();
      // Not longer than the issuer is a member itself.
      if (expires <= time || expires > own.expires) throw new HresultError("E_INVALIDARG", call);
      const given = { issuer: stored.identity, role, validFrom: time, validTo: expires };
      const link = signLink(stored, subject, given, (data) =>
        identities.sign(stored.identity, data, call),
      );
      const { group, friendlyName, rootKey, links } = stored;
      const invitation = encodeInvitation({
        group,
        friendlyName,
        rootKey,
        links: [...links, link],
      });
      return { peerName: subject.peerName, invitation };
    },

    join(identity, bytes) {
      const call = "PeerGroupJoin";
      requireIdentity(identity, call);
      const invitation = parseInvitation(bytes, call);
      requireInTime(invitation, now(), call);
      const subject = publicIdentity(identity, call);
      const { subject: invited, publicKey } = invitationLink(invitation);
      if (invited !== identity || publicKey !== subject.publicKey) {
        throw new HresultError("PEER_E_INVITATION_NOT_TRUSTED", call);
      }
      const present = groups.find(
        (stored) => stored.group === invitation.group && stored.identity === identity,
      );
      if (present) return present;
      const { group, friendlyName, rootKey, links } = invitation;
      return keep({ group, friendlyName, identity, rootKey, links, creator: "", members: [] });
    },

    delete(identity, group) {
      const index = groups.findIndex(
        (stored) => stored.identity === identity && stored.group === group,
      );
      if (index === -1) throw new HresultError("PEER_E_NOT_FOUND", "PeerGroupDelete");
      groups.splice(index, 1);
      changed();
    },
  };
}

async function newKeyPair(): Promise<crypto.KeyPairKeyObjectResult> {
  return new Promise((resolve, reject) =>
    crypto.generateKeyPair("rsa", { modulusLength: 2048 }, (error, publicKey, privateKey) =>
      error ? reject(error) : resolve({ publicKey, privateKey }),
    ),
  );
}
