import { at, type Finding } from "./findings";
import { servicePortsBeside, type GraphPortDefinition } from "./peerPorts";
import {
  isPort,
  mostGraphPorts,
  portCount,
  portName,
  portNamesOnce,
  portNumber,
  portOfItsOwn,
  portProtocol,
  portsOnce,
} from "./rules/openPorts";

/** What stands for an entry of a configuration that was none: it is found wrong for its shape, and keeps its place. */
const unreadable: GraphPortDefinition = { port: NaN };

/** All that holds for the ports of a lab's applications. */
export function checkGraphPorts(
  path: string,
  ports: readonly (GraphPortDefinition | undefined)[],
): Finding[] {
  const known = ports.map((port) => port ?? unreadable);
  return [
    ...portCount(path, ports.length),
    ...ports.flatMap((port, index) => (port ? checkGraphPort(at(path, index), port) : [])),
    ...portsOnce(path, known),
    ...portNamesOnce(path, known),
  ];
}

function checkGraphPort(path: string, { name, port, protocol = "TCP" }: GraphPortDefinition) {
  return [
    ...portProtocol(at(path, "protocol"), protocol),
    ...portNumber(at(path, "port"), port),
    ...(isPort(port) ? portOfItsOwn(at(path, "port"), port, protocol) : []),
    ...(name === undefined ? [] : portName(at(path, "name"), name)),
  ];
}

/** All that holds for the ports of services that only some of the machines have; what does not fit its shape is undefined here. */
export function checkServicePorts(
  path: string,
  servicePorts: readonly (number | undefined)[] = [],
  graphPorts: readonly (GraphPortDefinition | undefined)[] = [],
): Finding[] {
  const known = graphPorts.flatMap((port) => port ?? []);
  const all = graphPorts.length + servicePortsBeside(known, servicePorts.filter(isPort)).length;
  return [
    ...servicePorts.flatMap((port, index) =>
      port === undefined ? [] : checkServicePort(at(path, index), port),
    ),
    ...(graphPorts.length > mostGraphPorts ? [] : portCount(path, all)),
  ];
}

function checkServicePort(path: string, port: number): Finding[] {
  return isPort(port) ? portOfItsOwn(path, port, "TCP") : portNumber(path, port);
}
