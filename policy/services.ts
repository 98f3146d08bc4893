import { at, type Finding } from "../components/plan/findings";
import { seedPresence } from "../components/plan/presence";
import { portOfItsOwn } from "../components/plan/rules/openPorts";
import {
  fewPeerNames,
  peerNamesFew,
  servicePeerName,
  servicePeerNamesOnce,
  servicePort,
  servicePortOpen,
  servicePortsOnce,
  servicesOnce,
  type ServiceDefinition,
} from "../components/plan/rules/services";
import { guestCommandOf, remoteCommand } from "./guestCommands";
import { resourcePolicy, type PolicyDescription } from "./policy";
import { elementsAt, isObject, textAt, valueAt, type PlainObject } from "./properties";
import type { Resource } from "./resource";

/** What a machine is asked to register, and what it is asked to let in. */
interface Request {
  services: readonly ServiceDefinition[];
  /** TCP ports that the machine's firewall lets in over IPv6; undefined where the request does not say. */
  openPorts: readonly number[] | undefined;
}

const path = "stdin.presence.names";

/** A peer name stands for one service, so that who resolves it gets the right port. */
export function judgePeerNames(resource: Resource): Finding[] {
  return ofRequest(resource, ({ services }) => [
    ...services.flatMap(({ peerName }, index) =>
      servicePeerName(at(at(path, index), "peerName"), peerName),
    ),
    ...servicePeerNamesOnce(path, services),
    ...servicesOnce(path, services),
  ]);
}

/** Few names on a machine: each costs every machine of the cloud. */
export function judgeNameCount(resource: Resource, { limit }: { limit: number }): Finding[] {
  return ofRequest(resource, ({ services }) => peerNamesFew(path, services, limit));
}

/** A service without a port could be found and not reached. */
export function judgeServicePorts(resource: Resource): Finding[] {
  return ofRequest(resource, ({ services }) =>
    services.flatMap(({ port }, index) => servicePort(at(at(path, index), "port"), port)),
  );
}

/** An application, such as one of Graphing, listens on a TCP port of its own, which the machine lets in. */
export function judgeApplicationPorts(resource: Resource): Finding[] {
  return ofRequest(resource, ({ services, openPorts }) => [
    ...services.flatMap(({ peerName, port }, index) => {
      // What a seed registers stands for its PNRP, by UDP.
      if (port === undefined || peerName === seedPresence.peerName) return [];
      const here = at(at(path, index), "port");
      const taken = portOfItsOwn(here, port, "TCP");
      return taken.length > 0 || openPorts === undefined
        ? taken
        : servicePortOpen(here, port, openPorts);
    }),
    ...servicePortsOnce(path, services),
  ]);
}

export const servicePolicies = [
  policyOf(
    {
      name: "one-name-per-service",
      description: "Each service of a machine has one peer name, and no two have the same.",
      enforcementLevel: "mandatory",
    },
    judgePeerNames,
  ),
  policyOf(
    {
      name: "few-peer-names",
      description:
        "A machine registers few peer names, since each costs every machine of the cloud.",
      enforcementLevel: "advisory",
      configSchema: {
        properties: { limit: { type: "integer", minimum: 1, default: fewPeerNames } },
      },
      defaults: { limit: fewPeerNames },
    },
    judgeNameCount,
  ),
  policyOf(
    {
      name: "service-has-port",
      description: "A service that is registered has a port.",
      enforcementLevel: "mandatory",
    },
    judgeServicePorts,
  ),
  policyOf(
    {
      name: "graph-application-ports",
      description: "An application has a TCP port of its own, and the machine lets it in.",
      enforcementLevel: "mandatory",
    },
    judgeApplicationPorts,
  ),
];

function policyOf<Configuration extends object>(
  description: PolicyDescription<Configuration>,
  judge: (resource: Resource, configuration: Configuration) => Finding[],
) {
  return resourcePolicy(description, (type) => type === remoteCommand, judge);
}

/** Only requests that are known; a preview does not know those to machines that are still to be made. */
function ofRequest(resource: Resource, judge: (request: Request) => Finding[]): Finding[] {
  const command = guestCommandOf(resource);
  if (!command?.request || !/^Set-Peer(Machine|Presence)$/i.test(command.action)) return [];
  if (!isObject(valueAt(command.request, "presence"))) return [];
  return judge({ services: servicesOf(command.request), openPorts: openPortsOf(command.request) });
}

function servicesOf(request: PlainObject): ServiceDefinition[] {
  return elementsAt(request, "presence", "names").map(([, name]) => {
    const port = valueAt(name, "port");
    return {
      service: textAt(name, "service") ?? "",
      peerName: textAt(name, "peerName") ?? "",
      port: typeof port === "number" ? port : undefined,
      comment: textAt(name, "comment"),
    };
  });
}

function openPortsOf(request: PlainObject): number[] | undefined {
  if (!Array.isArray(valueAt(request, "networking", "firewallRules"))) return undefined;
  return elementsAt(request, "networking", "firewallRules").flatMap(([, rule]) => {
    const port = valueAt(rule, "port");
    const isOurs = textAt(rule, "protocol") === "TCP" && textAt(rule, "family") === "IPv6";
    return isOurs && typeof port === "number" ? [port] : [];
  });
}
