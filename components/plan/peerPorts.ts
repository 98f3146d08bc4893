/** A port that has to be open between the machines of a lab. */
export interface PeerPort {
  /** Part of the rules' names: letters, digits and hyphens. */
  name: string;
  protocol: "TCP" | "UDP";
  port: number;
  description: string;
}

/** Where Grouping listens over TCP. */
export const groupingPort = 3587;
/** PNRP itself, UDP. */
export const pnrpPort = 3540;

/**
 * The ports of the Windows peer infrastructure: the one table that feeds the security group, the Windows Firewall and the
 * checks. TCP 3587 is Grouping's, UDP 3540 PNRP's (Microsoft, "About PNRP"; the in-box firewall rules bind 3540 to PNRPsvc).
 */
export const peerPorts: readonly PeerPort[] = [
  {
    name: "Grouping",
    protocol: "TCP",
    port: groupingPort,
    description: "Windows peer-to-peer grouping",
  },
  { name: "PNRP", protocol: "UDP", port: pnrpPort, description: "Peer Name Resolution Protocol" },
];

export const sshPort = 22;
export const rdpPort = 3389;

/** A port that a Graphing application, or another program of the lab, listens on. */
export interface GraphPortDefinition {
  name?: string;
  port: number;
  protocol?: "TCP" | "UDP";
}

/**
 * The whole table for a lab: the infrastructure's ports, then the applications' own and those of services, in order of port and
 * protocol. A service may be what an application's port is for, and then has that one. Whose a service is makes no difference.
 */
export function portsOf(
  graphPorts: readonly GraphPortDefinition[] = [],
  servicePorts: readonly number[] = [],
): PeerPort[] {
  const own = graphPorts.map(({ name, port, protocol = "TCP" }): PeerPort => ({
    name: name ?? `Graph-${port}`,
    protocol,
    port,
    description: `Port of the application ${name ?? `on ${protocol} ${port}`}`,
  }));
  own.push(...servicePortsBeside(graphPorts, servicePorts).map(servicePeerPort));
  own.sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
  return [...peerPorts, ...own];
}

/** Those of services, each once, that are no application's already. */
export function servicePortsBeside(
  graphPorts: readonly GraphPortDefinition[] = [],
  servicePorts: readonly number[] = [],
): number[] {
  const isOpen = (port: number) =>
    graphPorts.some((open) => open.port === port && (open.protocol ?? "TCP") === "TCP");
  return [...new Set(servicePorts)].filter((port) => !isOpen(port));
}

/** The name holds nobody's: the rules stay as they are when another person has a service on the same port. */
function servicePeerPort(port: number): PeerPort {
  return {
    name: `Service-${port}`,
    protocol: "TCP",
    port,
    description: `Port of services on TCP ${port}`,
  };
}
