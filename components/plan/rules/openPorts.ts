import { at, received } from "../findings";
import { peerPorts, rdpPort, sshPort } from "../peerPorts";
import type { GraphPortDefinition } from "../peerPorts";
import { rule, type Mistake } from "./rule";
import { sources } from "./sources";

/** A port of a program of the lab. */
export const portNumber = rule(
  { id: "NSG-PORT-FORMAT", source: `${sources.azureNative}; port 0 is nobody's` },
  (_path, port: number | undefined) =>
    isPort(port)
      ? []
      : [
          `${port === undefined ? "is missing" : `is ${received(port)}`}; a port is a whole number from 1 to 65535`,
        ],
);

/** Whether it is a port that something can listen on. */
export function isPort(port: number | undefined): port is number {
  return Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65535;
}

/** The protocols that programs of the lab listen by. */
export const portProtocol = rule(
  { id: "PORT-PROTOCOL", source: "the two protocols that have ports" },
  (_path, protocol: string) =>
    protocol === "TCP" || protocol === "UDP"
      ? []
      : [`is ${received(protocol)}; allowed are TCP and UDP`],
);

const taken: readonly { protocol: "TCP" | "UDP"; port: number; by: string }[] = [
  ...peerPorts.map(({ protocol, port, name }) => ({ protocol, port, by: name })),
  { protocol: "TCP", port: sshPort, by: "SSH" },
  { protocol: "TCP", port: rdpPort, by: "Remote Desktop" },
];

/** An application, such as one of Graphing, has a port of its own: none of the peer infrastructure's or of the administrators'. */
export const portOfItsOwn = rule(
  { id: "PORT-TAKEN", source: sources.peerPorts },
  (_path, port: number, protocol: string) => {
    const owner = taken.find((entry) => entry.protocol === protocol && entry.port === port);
    return owner
      ? [`is ${port}, which is ${owner.by}'s own (${protocol}); give the application another port`]
      : [];
  },
);

/** Each port once: two programs of one machine cannot listen on the same one. */
export const portsOnce = rule(
  { id: "PORT-DUP", source: "two programs cannot listen on one port of a machine" },
  (path, ports: readonly GraphPortDefinition[]) => {
    const seen = new Map<string, string>();
    return ports.flatMap(({ port, protocol = "TCP" }, index): Mistake[] => {
      if (!isPort(port)) return [];
      const here = at(path, index);
      const key = `${protocol} ${port}`;
      const earlier = seen.get(key);
      seen.set(key, here);
      if (earlier === undefined) return [];
      return [
        { path: at(here, "port"), reason: `is ${key}, the same as ${earlier}; each port once` },
      ];
    });
  },
);

/** The name of a port is part of the names of its security rules. */
export const portName = rule(
  { id: "NSG-RULE-NAME", source: sources.securityGroups },
  (_path, name: string) =>
    /^[A-Za-z][A-Za-z0-9-]{0,39}$/.test(name)
      ? []
      : [
          `is ${received(name)}; a name is a letter followed by up to 39 letters, digits and hyphens`,
        ],
);

/** Each name of a port once, since two rules of one name are one rule to Azure. */
export const portNamesOnce = rule(
  { id: "NSG-RULE-NAME-DUP", source: sources.securityGroups },
  (path, ports: readonly GraphPortDefinition[]) => {
    const seen = new Map<string, string>(
      peerPorts.map(({ name }) => [name.toLowerCase(), "a port of the peer infrastructure"]),
    );
    return ports.flatMap(({ name }, index): Mistake[] => {
      if (name === undefined) return [];
      const here = at(path, index);
      const earlier = seen.get(name.toLowerCase());
      seen.set(name.toLowerCase(), here);
      if (earlier === undefined) return [];
      const reason = `is ${received(name)}, the same as ${earlier}; each name once`;
      return [{ path: at(here, "name"), reason }];
    });
  },
);

/** Each port has two priorities of its own, one for each family, among those of a security group. */
export const mostGraphPorts = 450;

/** How many ports applications may have. */
export const portCount = rule(
  {
    id: "PORT-COUNT",
    source: `each port takes two of a security group's 1,000 rules (${sources.networkLimits})`,
  },
  (_path, ports: number) =>
    ports > mostGraphPorts
      ? [`are ${ports}; ${mostGraphPorts} are allowed, since a security group has 1000 rules`]
      : [],
);
