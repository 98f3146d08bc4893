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

/** All that holds for the ports of a lab's applications. */
export function checkGraphPorts(path: string, ports: readonly GraphPortDefinition[]): Finding[] {
  return [
    ...portCount(path, ports.length),
    ...ports.flatMap((port, index) => checkGraphPort(at(path, index), port)),
    ...portsOnce(path, ports),
    ...portNamesOnce(path, ports),
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
