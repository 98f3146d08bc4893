import { at, type Finding } from "./findings";
import {
  peerNamesFew,
  serviceComment,
  serviceKey,
  servicePeerName,
  servicePeerNamesOnce,
  servicePort,
  servicePortOpen,
  servicePortsOnce,
  servicesOnce,
  type ServiceDefinition,
} from "./rules/services";
import { isPort, portOfItsOwn } from "./rules/openPorts";

/** What the services of a machine are judged by. */
export interface ServicePolicy {
  /** How many peer names a machine may register; few by default. */
  mostPeerNames?: number;
  /** Ports that the lab opens; not judged where absent. */
  openPorts?: readonly number[];
}

/** Everything that is wrong with the services of one machine. */
export function checkServices(
  path: string,
  services: readonly ServiceDefinition[],
  { mostPeerNames, openPorts }: ServicePolicy = {},
): Finding[] {
  return [
    ...services.flatMap((service, index) => checkService(at(path, index), service, openPorts)),
    ...servicesOnce(path, services),
    ...servicePortsOnce(path, services),
    ...servicePeerNamesOnce(path, services),
    ...peerNamesFew(path, services, mostPeerNames),
  ];
}

function checkService(
  path: string,
  { service, peerName, port, comment }: ServiceDefinition,
  openPorts: readonly number[] | undefined,
): Finding[] {
  return [
    ...serviceKey(at(path, "service"), service),
    ...servicePeerName(at(path, "peerName"), peerName),
    ...servicePort(at(path, "port"), port),
    ...(isPort(port) ? portOfItsOwn(at(path, "port"), port, "TCP") : []),
    ...(isPort(port) && openPorts ? servicePortOpen(at(path, "port"), port, openPorts) : []),
    ...(comment === undefined ? [] : serviceComment(at(path, "comment"), comment)),
  ];
}
