import { at, received, type Finding } from "./findings";

/** A port that has to be open between the machines of a lab. */
export interface PeerPort {
  /** Part of the rules' names: letters, digits and hyphens. */
  name: string;
  protocol: "TCP" | "UDP";
  port: number;
  description: string;
}

/**
 * The ports of the Windows peer infrastructure: the one table that feeds the security group, the Windows Firewall and the
 * checks. TCP 3587 is Grouping's, UDP 3540 PNRP's (Microsoft, "About PNRP"; the in-box firewall rules bind 3540 to PNRPsvc).
 */
export const peerPorts: readonly PeerPort[] = [
  { name: "Grouping", protocol: "TCP", port: 3587, description: "Windows peer-to-peer grouping" },
  { name: "PNRP", protocol: "UDP", port: 3540, description: "Peer Name Resolution Protocol" },
];

export const sshPort = 22;
export const rdpPort = 3389;

/** A port that a Graphing application, or another program of the lab, listens on. */
export interface GraphPortDefinition {
  name?: string;
  port: number;
  protocol?: "TCP" | "UDP";
}

const taken: readonly { protocol: "TCP" | "UDP"; port: number; by: string }[] = [
  ...peerPorts.map(({ protocol, port, name }) => ({ protocol, port, by: name })),
  { protocol: "TCP", port: sshPort, by: "SSH" },
  { protocol: "TCP", port: rdpPort, by: "Remote Desktop" },
];

/** The whole table for a lab: the infrastructure's ports, then the applications' own in order of port and protocol. */
export function portsOf(graphPorts: readonly GraphPortDefinition[] = []): PeerPort[] {
  const own = graphPorts.map(({ name, port, protocol = "TCP" }): PeerPort => ({
    name: name ?? `Graph-${port}`,
    protocol,
    port,
    description: `Port of the application ${name ?? `on ${protocol} ${port}`}`,
  }));
  own.sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
  return [...peerPorts, ...own];
}

export function checkGraphPorts(
  path: string,
  graphPorts: readonly GraphPortDefinition[],
): Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, string>();
  const names = new Map<string, string>();
  graphPorts.forEach((graphPort, index) => {
    const here = at(path, index);
    const { port, name } = graphPort;
    const protocol = graphPort.protocol ?? "TCP";
    if (protocol !== "TCP" && protocol !== "UDP") {
      findings.push({
        path: at(here, "protocol"),
        reason: `is ${received(protocol)}; allowed are TCP and UDP`,
      });
    }
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      findings.push({
        path: at(here, "port"),
        reason: `${port === undefined ? "is missing" : `is ${received(port)}`}; a port is a whole number from 1 to 65535`,
      });
      return;
    }
    const owner = taken.find((entry) => entry.protocol === protocol && entry.port === port);
    if (owner) {
      findings.push({
        path: at(here, "port"),
        reason: `is ${port}, which is ${owner.by}'s own (${protocol}); give the application another port`,
      });
    }
    const key = `${protocol} ${port}`;
    const earlier = seen.get(key);
    if (earlier) {
      findings.push({
        path: at(here, "port"),
        reason: `is ${key}, the same as ${earlier}; each port once`,
      });
    }
    seen.set(key, here);
    if (name === undefined) return;
    if (!/^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(name)) {
      findings.push({
        path: at(here, "name"),
        reason: `is ${received(name)}; a name is a letter followed by up to 39 letters, digits and hyphens`,
      });
    }
    const lower = name.toLowerCase();
    const sameName =
      names.get(lower) ??
      (peerPorts.some((entry) => entry.name.toLowerCase() === lower)
        ? "a port of the peer infrastructure"
        : undefined);
    if (sameName) {
      findings.push({
        path: at(here, "name"),
        reason: `is ${received(name)}, the same as ${sameName}; each name once`,
      });
    }
    names.set(lower, here);
  });
  return findings;
}
