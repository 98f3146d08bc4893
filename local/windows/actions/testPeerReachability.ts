import { setTimeout as wait } from "node:timers/promises";
import type {
  TestPeerReachabilityReport,
  TestPeerReachabilityRequest,
} from "../../../guest/contract";
import { hasGlobalCloud, resolveName } from "../cloud/cloud";
import { readPresence } from "../holder";
import { isListening } from "../listening";
import type { Machine } from "../machine";
import { pnrpRuns } from "../pnrp";
import { addressesOf, deliver, sameAddress } from "../reach";
import { clockOffset } from "./clockOffset";
import type { Action } from "./context";
import { presenceFacts } from "./presence";
import { isSettled } from "./presenceSettled";

type Report = TestPeerReachabilityReport;

/** Between two tries of what failed, in milliseconds. */
const pause = 250;

/**
 * What of others this machine reaches, and what its own holder holds; what fails is tried again until the time to settle is
 * over.
 */
export const testPeerReachability: Action<TestPeerReachabilityRequest, Report> = async (
  { machine, checkpoint },
  { targets, names, settleSeconds, now },
) => {
  const clock = clockOffset(machine, now);
  const end = performance.now() + settleSeconds * 1000;
  for (;;) {
    const ports: Report["ports"] = targets.flatMap((target) =>
      target.ports.map((port) => ({
        name: target.name,
        address: target.address,
        port,
        verdict: openTcp(machine, target.address, port),
      })),
    );
    const resolved = names.map((name) => resolve(machine, name));
    const presence = presenceFacts(machine);
    const isAlone = presence.clouds.some(
      ({ scope, state }) => scope === "global" && state === "alone",
    );
    const passed =
      !(isAlone && targets.length > 0) &&
      isSettled(presence, readPresence(machine), machine.now()) &&
      ports.every(({ verdict }) => verdict === "reachable") &&
      resolved.every(({ verdict }) => verdict === "resolved");
    if (passed || performance.now() + pause >= end) {
      return {
        action: "Test-PeerReachability",
        ...machine.facts,
        ports,
        names: resolved,
        clouds: presence.clouds,
        presence,
        ...clock,
      };
    }
    await wait(pause);
    checkpoint();
  }
};

/**
 * Opens a TCP connection over IPv6. The Windows Firewall's stealth mode answers nothing where nobody listens, so that it looks
 * like a port that something closes; only what stands outside of Windows says that it is refused.
 */
function openTcp(
  machine: Machine,
  address: string,
  port: number,
): Report["ports"][number]["verdict"] {
  if (addressesOf(machine).some((own) => sameAddress(own, address))) {
    return isListening(machine, port) ? "reachable" : "refused";
  }
  const delivery = deliver(machine, { to: address, protocol: "TCP", port });
  if (delivery === "noWay") return "unreachable";
  if (delivery === "dropped") return "silent";
  const { record, environment } = delivery.to;
  if (environment.faults.take("silent", record.computerName)) return "silent";
  if (environment.faults.take("unreachable", record.computerName)) return "refused";
  return isListening(delivery.to, port) ? "reachable" : "silent";
}

function resolve(
  machine: Machine,
  { peerName, holders }: TestPeerReachabilityRequest["names"][number],
): Report["names"][number] {
  if (!pnrpRuns(machine)) {
    const code = machine.ipv6Works() ? "PEER_E_SERVICE_NOT_AVAILABLE" : "PEER_E_IPV6_NOT_INSTALLED";
    return { peerName, verdict: "unresolved", endpoints: [], code };
  }
  if (!hasGlobalCloud(machine)) {
    return { peerName, verdict: "unresolved", endpoints: [], code: "PEER_E_NO_CLOUD" };
  }
  const endpoints = resolveName(machine, peerName);
  const isHolders = endpoints.some((endpoint) =>
    holders.some((holder) => sameAddress(holder, endpoint.slice(1, endpoint.indexOf("]")))),
  );
  const verdict = endpoints.length === 0 ? "unresolved" : isHolders ? "resolved" : "foreign";
  return { peerName, verdict, endpoints };
}
