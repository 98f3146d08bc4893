/** A program on a person's machines that others find by a peer name. */
export interface ServiceArgs {
  /** TCP port that it listens on, over IPv6. Opened in the lab's security group and in the Windows Firewall of her machines. */
  port: number;
  /** What others are told of it with the name: at most 39 characters. Nothing by default. */
  comment?: string;
}
