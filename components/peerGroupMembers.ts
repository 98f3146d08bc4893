/** A machine as a member of a group. */
export interface PeerGroupMember {
  /** Peer name of the group: one before the group that is due, where the machine failed when that came. */
  group: string;
  /** The VM's instance id. */
  instance: string;
  /** Peer name of the identity by which the machine belongs to the group. */
  peerName: string;
  /** What it may do: `administrator`, `invitingMember` or `member`. */
  role: string;
  /**
   * When its credential ends unless it is renewed, as the machine said at its last step: ISO 8601, UTC. Empty where the machine
   * had not been connected to another member yet.
   */
  expires: string;
  /** The `reconcile.token` it went through last; absent where there was none. */
  reconciled?: string;
  /** By what it went through its step once more because it had not been connected yet; absent where it never did. */
  renewed?: string;
}

/** A member of a group that is none of the machines any more. Windows cannot evict; it stays one until its credential ends. */
export interface LeavingPeerGroupMember {
  /** Key of the machine that it was. */
  machine: string;
  /** Peer name of the identity by which it belongs to the group. */
  peerName: string;
  /** What it may do: `administrator`, `invitingMember` or `member`. */
  role: string;
  /** When its credential ends at the latest: ISO 8601, UTC. */
  expires: string;
}
