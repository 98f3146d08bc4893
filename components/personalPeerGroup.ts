/** What a member of a group may do. */
export const PeerGroupRole = {
  /** Invites, and renews the credentials of others. */
  Administrator: "administrator",
  /** Invites plain members. */
  InvitingMember: "invitingMember",
  /** Takes part. */
  Member: "member",
} as const;
export type PeerGroupRole = (typeof PeerGroupRole)[keyof typeof PeerGroupRole];
