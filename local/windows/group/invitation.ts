import * as crypto from "node:crypto";
import type { GroupRole } from "../../../guest/contract";
import { HresultError } from "../hresult";
import { decodePublicKey, type PublicIdentity } from "../identity/credential";
import { classifierOf, peerNameOf } from "../identity/peerName";

/** That somebody may be in a group in a role, signed by the one who lets her in. */
export interface Link {
  issuer: string;
  subject: string;
  /** The subject's, DER of RSAPublicKey, base64. */
  publicKey: string;
  role: GroupRole;
  /** Milliseconds since 1970. */
  validFrom: number;
  validTo: number;
  signature: string;
}

/** What `PeerGroupCreateInvitation` writes and `PeerGroupParseInvitation` reads. */
export interface Invitation {
  group: string;
  friendlyName: string;
  /** The group's own public key, whose hash is the group's name; it signs the first link and nothing else. */
  rootKey: string;
  /** From the group's root to the invitee. */
  links: Link[];
}

/** https://learn.microsoft.com/windows/win32/p2psdk/how-group-security-works */
export const longestChain = 24;

const ranks: readonly GroupRole[] = ["member", "invitingMember", "administrator"];

/** Whether the first role may let somebody in as the second: nobody does so beyond the own role, and members not at all. */
export function mayInvite(role: GroupRole, wanted: GroupRole): boolean {
  return role !== "member" && ranks.indexOf(wanted) <= ranks.indexOf(role);
}

function statement(group: GroupName, link: Omit<Link, "signature">): Buffer {
  const { issuer, subject, publicKey, role, validFrom, validTo } = link;
  return Buffer.from(
    JSON.stringify([
      group.group,
      group.friendlyName,
      issuer,
      subject,
      publicKey,
      role,
      validFrom,
      validTo,
    ]),
    "utf8",
  );
}

type GroupName = Pick<Invitation, "group" | "friendlyName">;

/** Signs a link by the issuer's private key. */
export function signLink(
  group: GroupName,
  subject: PublicIdentity,
  given: Pick<Link, "issuer" | "role" | "validFrom" | "validTo">,
  sign: (data: Buffer) => Buffer,
): Link {
  const link = { ...given, subject: subject.peerName, publicKey: subject.publicKey };
  return { ...link, signature: sign(statement(group, link)).toString("base64") };
}

function document(data: string): string {
  return (
    `<PEERINVITATION VERSION="1.0">` +
    `<DATA xmlns:dt="urn:schemas-microsoft-com:datatypes" dt:dt="bin.base64">${data}</DATA>` +
    `</PEERINVITATION>`
  );
}

/** The invitation as UTF-16LE. */
export function encodeInvitation(invitation: Invitation): Buffer {
  const data = Buffer.from(JSON.stringify(invitation), "utf8").toString("base64");
  return Buffer.from(document(data), "utf16le");
}

/**
 * Reads an invitation and checks every signature from the group's root on. `PEER_E_INVITATION_NOT_TRUSTED` for anything that
 * was altered; whether its time has come is for {@link requireInTime}.
 */
export function parseInvitation(bytes: Buffer, call: string): Invitation {
  const untrusted = () => new HresultError("PEER_E_INVITATION_NOT_TRUSTED", call);
  const data = /<DATA [^>]*>([^<]*)<\/DATA>/.exec(bytes.toString("utf16le"))?.[1];
  let invitation: Invitation;
  try {
    invitation = JSON.parse(Buffer.from(data ?? "", "base64").toString("utf8")) as Invitation;
    // JSON has more than one spelling.
    if (!encodeInvitation(invitation).equals(bytes) || !isTrusted(invitation)) throw untrusted();
  } catch {
    throw untrusted();
  }
  return invitation;
}

/** Whether base64 is the one that its bytes are written as. */
function isOneSpelling(base64: string): boolean {
  return Buffer.from(base64, "base64").toString("base64") === base64;
}

function isTrusted(invitation: Invitation): boolean {
  const { group, rootKey, links } = invitation;
  const root = decodePublicKey(rootKey);
  if (peerNameOf(root, classifierOf(group)) !== group || links.length === 0) return false;
  const encoded = [rootKey, ...links.flatMap(({ publicKey, signature }) => [publicKey, signature])];
  if (!encoded.every(isOneSpelling)) return false;
  let issuer: { name: string; key: crypto.KeyObject; role: GroupRole } = {
    name: group,
    key: root,
    role: "administrator",
  };
  for (const link of links) {
    const { subject, publicKey, role, signature } = link;
    const signed = crypto.verify(
      "sha256",
      statement(invitation, link),
      issuer.key,
      Buffer.from(signature, "base64"),
    );
    const key = decodePublicKey(publicKey);
    const isOwnName = peerNameOf(key, classifierOf(subject)) === subject;
    if (!signed || !isOwnName || link.issuer !== issuer.name || !mayInvite(issuer.role, role)) {
      return false;
    }
    issuer = { name: subject, key, role };
  }
  return true;
}

/** The invitation itself: the last link. */
export function invitationLink({ links }: Pick<Invitation, "links">): Link {
  return links.at(-1)!;
}

/** Fails where an invitation has ended or, by this machine's clock, not begun. */
export function requireInTime(invitation: Invitation, now: number, call: string): void {
  const { validFrom, validTo } = invitationLink(invitation);
  if (now < validFrom || now >= validTo) {
    throw new HresultError("PEER_E_INVALID_TIME_PERIOD", call);
  }
}
