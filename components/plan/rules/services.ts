import { at, oneOf, received } from "../findings";
import { isPort } from "./openPorts";
import { rule, type Mistake } from "./rule";

/**
 * A service of a machine: a program that others find by a peer name of its own. It is what the guest's presence state holds
 * (`PresenceName` in guest/contract.ts). The components take services as a map and make such a list of it; the policy pack judges the
 * list that a machine is asked to register.
 */
export interface ServiceDefinition {
  service: string;
  /** `<authority>.<classifier>`, where the authority is that of an identity, or `0` for a name that is not secured. */
  peerName: string;
  port?: number;
  comment?: string;
}

const contract = "guest/contract.ts, PresenceName";

/** The name of a service on its machine. */
export const serviceKey = rule({ id: "SERVICE-KEY", source: contract }, (_path, key: string) =>
  /^[a-z0-9-]{1,40}$/.test(key)
    ? []
    : [`is ${received(key)}; a service is 1 to 40 lower-case letters, digits and hyphens`],
);

/** What a seed registers to be awake is no service of a person's. */
export const serviceNotSeed = rule(
  { id: "SERVICE-SEED", source: "the seed's own name, which the lab registers" },
  (_path, key: string) =>
    key === "peerlab-seed" ? ["is the service by which a seed is awake; give it another name"] : [],
);

/** A service without a port could be found and not reached. */
export const servicePort = rule(
  { id: "SERVICE-PORT", source: "PNRP resolves a name to addresses and a port" },
  (_path, port: number | undefined) =>
    isPort(port)
      ? []
      : [
          `${port === undefined ? "is missing" : `is ${received(port)}`}; a service has a port from 1 to 65535`,
        ],
);

/** A service listens on a port that its machine lets in: one of its person's services, or of `graphPorts`. */
export const servicePortOpen = rule(
  { id: "SERVICE-PORT-CLOSED", source: "both firewalls open the lab's ports and no others" },
  (_path, port: number, open: readonly number[]) =>
    open.includes(port)
      ? []
      : [`is ${port}, which no firewall of the lab opens; add it to graphPorts`],
);

/** A peer name: forty digits of a key's hash, or `0`, then a period and a classifier of at most 149 characters. */
export const servicePeerName = rule(
  { id: "SERVICE-PEER-NAME", source: "Microsoft, Peer Names and PNRP IDs" },
  (_path, name: string) =>
    /^(0|[0-9a-f]{40})\.[^\u0000-\u001f]{1,149}$/.test(name)
      ? []
      : [
          `is ${received(name)}; a peer name is 0 or the 40 digits of an identity, a period, and a classifier of up to 149 characters`,
        ],
);

/** Only machines that there are can be connected to a group. */
export const presenceMachines = rule(
  {
    id: "PRESENCE-MACHINE",
    source: "the holder of a machine of the definition keeps the connection",
  },
  (path, named: readonly (string | undefined)[], machines: readonly string[]) =>
    named.flatMap((key, index) =>
      key === undefined || machines.includes(key)
        ? []
        : [
            {
              path: at(path, index),
              reason: `is ${received(key)}, which is no machine; allowed are ${oneOf([...machines].sort())}`,
            },
          ],
    ),
);

/** What others are told of a service. */
export const serviceComment = rule(
  { id: "SERVICE-COMMENT", source: "Windows, PEER_PNRP_REGISTRATION_INFO: 39 characters" },
  (_path, comment: string) =>
    comment.length > 39
      ? [`has ${comment.length} characters; the comment of a peer name has 39 at most`]
      : [],
);

/** Each service once on a machine. */
export const servicesOnce = rule(
  { id: "SERVICE-DUP", source: contract },
  (path, services: readonly ServiceDefinition[]) =>
    repeated(path, services, "service", ({ service }) => service),
);

/** One port, one service: two programs cannot listen on one port of a machine. */
export const servicePortsOnce = rule(
  { id: "SERVICE-PORT-DUP", source: "two programs cannot listen on one port of a machine" },
  (path, services: readonly ServiceDefinition[], place?: (index: number) => string) =>
    repeated(
      path,
      services,
      "port",
      ({ port }) => (isPort(port) ? String(port) : undefined),
      place,
    ),
);

/** One peer name for each service, so that who resolves a name gets the port of what it names. */
export const servicePeerNamesOnce = rule(
  {
    id: "SERVICE-PEER-NAME-DUP",
    source: "a peer name registered twice on a machine resolves to either of its ports",
  },
  (path, services: readonly ServiceDefinition[]) =>
    repeated(path, services, "peerName", ({ peerName }) => peerName),
);

/** How many names a machine registers, unless somebody says otherwise. */
export const fewPeerNames = 4;

/**
 * Few names on a machine. Each one costs every machine of the cloud, not its own alone: to publish it, the machine sends it to its
 * neighbours and resolves it once at random ones, whose caches then hold it and refresh it for as long as it lives. `limit`
 * is for those who know their cloud.
 */
export const peerNamesFew = rule(
  {
    id: "SERVICE-COUNT",
    source:
      "Microsoft, Peer Name Publication and Resolution (bb968789): what publishing a name sends",
    severity: "warning",
  },
  (_path, services: readonly ServiceDefinition[], limit: number = fewPeerNames) => {
    const names = new Set(services.map(({ peerName }) => peerName)).size;
    return names > limit
      ? [
          `registers ${names} peer names; ${limit} are allowed, since each is cached and refreshed by other machines of the cloud: one name for each service, and few services on a machine`,
        ]
      : [];
  },
);

function repeated(
  path: string,
  services: readonly ServiceDefinition[],
  field: keyof ServiceDefinition,
  of: (service: ServiceDefinition) => string | undefined,
  place = (index: number) => at(path, index),
): Mistake[] {
  const seen = new Map<string, string>();
  return services.flatMap((service, index): Mistake[] => {
    const value = of(service);
    if (value === undefined) return [];
    const here = place(index);
    const earlier = seen.get(value);
    if (earlier === undefined) {
      seen.set(value, here);
      return [];
    }
    const reason = `is ${received(service[field])}, the same as ${earlier}; each once on a machine`;
    return [{ path: at(here, field), reason }];
  });
}
