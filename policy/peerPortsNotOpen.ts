import {
  openToEveryone,
  type OpenPort,
  type ProtocolPort,
} from "../components/plan/openToEveryone";
import { peerPorts, rdpPort, sshPort } from "../components/plan/peerPorts";
import { notOpenToEveryone } from "../components/plan/rules/securitySources";
import { stackPolicy, type Stack, type StackFinding } from "./policy";
import { elementsAt, textAt, valueAt } from "./properties";
import { alone, concernsSecurityGroups, isSecurityGroup, securityGroupsOf } from "./securityGroups";

/** The ports of the applications beside the fixed ones. */
export interface PeerPortsConfiguration {
  /** `TCP 4711`, `UDP 5000`: those that the components of the stack do not say themselves. */
  graphPorts: readonly string[];
}

/** Rules of the stack that let everyone reach a port of peers or administrators. */
export function judgeOpenPorts(
  stack: Stack,
  { graphPorts }: PeerPortsConfiguration,
): StackFinding[] {
  const ports = portsOf(stack, graphPorts);
  return securityGroupsOf(stack).flatMap(({ rules, knownBefore, surroundings }) => {
    const open = openToEveryone(
      rules.map(({ rule }) => rule),
      ports,
      surroundings,
    );
    return rules
      .filter(({ rule }) => rule.priority <= knownBefore)
      .flatMap(({ rule, urn, path }) => {
        const own = open.filter((entry) => entry.rule === rule);
        return own.length === 0
          ? []
          : [{ urn, path, reason: reasonOf(own), rule: notOpenToEveryone.id }];
      });
  });
}

/** `TCP` or `UDP`, and a port from 1 to 65535. */
export const graphPortPattern =
  "^(TCP|UDP) ([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$";

export const peerPortsNotOpen = stackPolicy<PeerPortsConfiguration>(
  {
    name: "peer-ports-not-open",
    description: "The ports of peers, SSH and Remote Desktop are open to nobody but those named.",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        graphPorts: {
          type: "array",
          items: { type: "string", pattern: graphPortPattern },
          default: [],
        },
      },
    },
    defaults: { graphPorts: [] },
  },
  (type) => concernsSecurityGroups(type) || type.startsWith("peerlab:"),
  judgeOpenPorts,
  (resource) => (isSecurityGroup(resource.type) ? alone(resource) : undefined),
);

/** The fixed ports, those of the configuration, and those that components of the library open. */
function portsOf(stack: Stack, graphPorts: readonly string[]): ProtocolPort[] {
  const own = stack.resources
    .filter(({ type }) => type.startsWith("peerlab:"))
    .flatMap(({ properties }) => elementsAt(properties, "graphPorts"))
    .flatMap(([, graphPort]): ProtocolPort[] => {
      const port = valueAt(graphPort, "port");
      const protocol = textAt(graphPort, "protocol") === "UDP" ? "UDP" : "TCP";
      return typeof port === "number" ? [{ protocol, port }] : [];
    });
  const configured = graphPorts.map((text): ProtocolPort => {
    const [protocol, port] = text.split(" ");
    return { protocol: protocol === "UDP" ? "UDP" : "TCP", port: Number(port) };
  });
  const all: ProtocolPort[] = [
    ...peerPorts,
    { protocol: "TCP", port: sshPort },
    { protocol: "TCP", port: rdpPort },
    ...configured,
    ...own,
  ];
  return [...new Map(all.map((entry) => [nameOf(entry), entry])).values()];
}

function reasonOf(open: readonly OpenPort[]): string {
  const { rule } = open[0];
  const each = (values: readonly string[]) => [...new Set(values)].join(", ");
  const from = each(open.map(({ source }) => `"${source}"`));
  const families = each(open.map(({ family }) => family));
  return `the rule "${rule.name}" (priority ${rule.priority}) lets everyone (${from}; ${families}) reach ${each(open.map(nameOf))}; name the addresses or ranges that need it`;
}

function nameOf({ protocol, port }: ProtocolPort): string {
  return `${protocol} ${port}`;
}
