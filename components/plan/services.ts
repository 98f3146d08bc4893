import { at, type Finding } from "./findings";
import { seedPresence, servicePeerName, type ServicesDefinition } from "./presence";
import {
  peerNamesFew,
  serviceComment,
  serviceKey,
  serviceNotSeed,
  servicePort,
  servicePortsOnce,
} from "./rules/services";
import { isPort, portOfItsOwn } from "./rules/openPorts";

/** Everything that is wrong with the services of a person's machines. `maybeSeed`: one of them may be a seed, too. */
export function checkServices(
  path: string,
  services: ServicesDefinition = {},
  maybeSeed = false,
): Finding[] {
  const entries = Object.entries(services);
  const names = entries.map(([service, { port }]) => ({
    service,
    peerName: servicePeerName("0.", service),
    port,
  }));
  return [
    ...entries.flatMap(([service, { port, comment }]) =>
      checkService(at(path, service), service, port, comment),
    ),
    ...servicePortsOnce(path, names, (index) => at(path, names[index].service)),
    ...peerNamesFew(path, maybeSeed ? [...names, seedPresence] : names),
  ];
}

function checkService(
  path: string,
  service: string,
  port: number | undefined,
  comment: string | undefined,
): Finding[] {
  const own = isPort(port) ? portOfItsOwn(at(path, "port"), port, "TCP") : [];
  return [
    ...serviceKey(path, service),
    ...serviceNotSeed(path, service),
    ...servicePort(at(path, "port"), port),
    ...own,
    ...(comment === undefined ? [] : serviceComment(at(path, "comment"), comment)),
  ];
}

/** The ports of all these services that can be opened, each once and in order. What is wrong with one is said of its service. */
export function servicePortsOf(
  services: readonly (ServicesDefinition | undefined)[],
): readonly number[] {
  const ports = services
    .flatMap((of) => Object.values(of ?? {}))
    .map(({ port }) => port)
    .filter((port) => isPort(port) && portOfItsOwn("", port, "TCP").length === 0);
  return [...new Set(ports)].sort((one, other) => one - other);
}
