import type {
  StartPeerListenerReport,
  StartPeerListenerRequest,
  StopPeerListenerReport,
  StopPeerListenerRequest,
} from "../../../guest/contract";
import { inboundDecision } from "../firewall";
import { openListeners, programOn } from "../listening";
import type { Action } from "./context";

/** Opens a listener on each port that nobody holds, in place of those of an earlier run, for so many seconds. */
export const startPeerListener: Action<StartPeerListenerRequest, StartPeerListenerReport> = async (
  { machine },
  { ports, seconds },
) => {
  const { record, environment } = machine;
  const held = new Map(ports.map((port) => [port, programOn(machine, port)]));
  record.listeners = {
    ports: ports.filter((port) => held.get(port) === undefined),
    until: environment.now() + seconds * 1000,
  };
  machine.save();
  return {
    action: "Start-PeerListener",
    ...machine.facts,
    ports: ports.map((port) => {
      const program = held.get(port);
      return {
        port,
        ...(program === undefined ? { listener: "opened" } : { listener: "held", program }),
        firewall: inboundDecision(record.firewallRules, port),
      };
    }),
  };
};

/** Ends the listeners before their time. */
export const stopPeerListener: Action<StopPeerListenerRequest, StopPeerListenerReport> = async ({
  machine,
}) => {
  const stopped = openListeners(machine).length > 0;
  delete machine.record.listeners;
  machine.save();
  return { action: "Stop-PeerListener", ...machine.facts, stopped };
};
