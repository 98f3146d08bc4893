/** A program on a person's machines that others find by a peer name. */
export interface ServiceArgs {
  /**
   * TCP port that it listens on, over IPv6; not 22, 3389 or 3587. A `PeerLab` opens it in its security group and in the Windows Firewall
   * of her machines; outside of one, `PeerNetwork.servicePorts` or `graphPorts` do.
   */
  port: number;
  /** What others are told of it with the name: at most 39 characters. Nothing by default. */
  comment?: string;
}
