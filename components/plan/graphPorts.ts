import { at, type Finding } from "./findings";
import type { GraphPortDefinition } from "./peerPorts";
import {
  isPort,
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
