import type {
  ListenerFacts,
  ListenersReport,
  ListenRequest,
  StartPeerListenerReport,
  StartPeerListenerRequest,
  StopPeerListenerReport,
  StopPeerListenerRequest,
} from "../../../guest/contract";
import { inboundDecision } from "../firewall";
import { GuestError } from "../guestError";
import { openListeners, programOn } from "../listening";
import type { Machine } from "../machine";
import type { Action } from "./context";

/** Opens a listener on each port that nobody holds, in place of those of an earlier run, for so many seconds. */
export const startPeerListener: Action<StartPeerListenerRequest, StartPeerListenerReport> = async (
  { machine },
  request,
) => ({
  action: "Start-PeerListener",
  ...machine.facts,
  ports: openPeerListener(machine, request),
});

/** The same beside another action's own work, which does not fail where they cannot be opened. */
export function listenersReport(machine: Machine, listen: ListenRequest): ListenersReport {
  try {
    return { ports: openPeerListener(machine, listen) };
  } catch (error) {
    if (!(error instanceof GuestError)) throw error;
    return { failure: error.toFailure() };
  }
}

function openPeerListener(machine: Machine, { ports, seconds }: ListenRequest): ListenerFacts[] {
  const { record, environment } = machine;
  // Those of an earlier run end first.
  delete record.listeners;
  const held = new Map(ports.map((port) => [port, programOn(machine, port)]));
  const free = ports.filter((port) => held.get(port) === undefined);
  const reserved = free.filter((port) => record.reservedPorts?.includes(port));
  if (reserved.length === 0) {
    record.listeners = { ports: free, until: environment.now() + seconds * 1000 };
  }
  machine.save();
  if (reserved.length > 0) {
    throw new GuestError(
      "TimedOut",
      `No listener opened on TCP ${reserved.join(", ")} within 30 seconds.`,
      "Read the history of the task scheduler on the machine; Windows may have reserved the port (netsh interface ipv6 show excludedportrange protocol=tcp).",
    );
  }
  return ports.map((port) => {
    const program = held.get(port);
    return {
      port,
      ...(program === undefined ? { listener: "opened" } : { listener: "held", program }),
      firewall: inboundDecision(record.firewallRules, port),
    };
  });
}

/** Ends the listeners before their time. */
export const stopPeerListener: Action<StopPeerListenerRequest, StopPeerListenerReport> = async ({
  machine,
}) => {
  const stopped = openListeners(machine).length > 0;
  delete machine.record.listeners;
  machine.save();
  return { action: "Stop-PeerListener", ...machine.facts, stopped };
};
