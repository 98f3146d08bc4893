import type { TestPeerCapabilityReport, TestPeerCapabilityRequest } from "../../../guest/contract";
import type { Machine } from "../machine";
import { networkingFacts } from "../networking";
import { requirePeerStack, startPeerStack, type PeerStackState } from "../peerStack";
import { peerServices } from "../services";
import type { Action } from "./context";

/** What a machine can do, without a judgement on it. */
export function capabilityFacts(machine: Machine, stack: PeerStackState = startPeerStack(machine)) {
  const { services } = machine.record;
  return {
    languageMode: "FullLanguage",
    // The policy of the process, which the command line sets.
    executionPolicy: "Bypass",
    stack: { ...stack },
    services: [...peerServices, "sshd", "w32time"].flatMap((name) => {
      const service = services[name];
      return service ? [{ name, status: service.status, startType: service.startType }] : [];
    }),
    networking: networkingFacts(machine),
  };
}

/** Fails where the machine cannot run the peer stack, with the first reason. */
export const testPeerCapability: Action<
  TestPeerCapabilityRequest,
  TestPeerCapabilityReport
> = async ({ machine }) => ({
  action: "Test-PeerCapability",
  ...machine.facts,
  ...capabilityFacts(machine, requirePeerStack(machine)),
});
