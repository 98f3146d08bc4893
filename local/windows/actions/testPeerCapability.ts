import type {
  CapabilityFacts,
  TestPeerCapabilityReport,
  TestPeerCapabilityRequest,
} from "../../../guest/contract";
import type { Machine } from "../machine";
import { networkingFacts } from "../networking";
import { requirePeerStack, startPeerStack, type PeerStackState } from "../peerStack";
import { peerServices } from "../services";
import type { Action, ActionContext } from "./context";
import { openIdentities, requireKeyAccess } from "./identityAccess";

/** What a machine can do, without a judgement on it. */
export function capabilityFacts(
  machine: Machine,
  stack: PeerStackState = startPeerStack(machine),
): CapabilityFacts {
  const { services } = machine.record;
  return {
    languageMode: "FullLanguage",
    // The policy of the process, which the command line sets.
    executionPolicy: "Bypass",
    stack: { ...stack },
    services: peerServices.flatMap((name) => {
      const service = services[name];
      return service ? [{ name, status: service.status, startType: service.startType }] : [];
    }),
    networking: networkingFacts(machine),
  };
}

/**
 * Fails where the machine cannot run the peer stack, with the first reason. Makes an identity for the test and deletes it,
 * for which the session has to open keys.
 */
export const testPeerCapability: Action<
  TestPeerCapabilityRequest,
  TestPeerCapabilityReport
> = async (context, request) => ({
  action: "Test-PeerCapability",
  ...context.machine.facts,
  ...(await proven(context, request)),
});

/** The same where a request asks for it, as a part of another action's answer. */
export async function capabilityProof(
  context: ActionContext,
  request: { userPassword?: string; proveCapability?: boolean },
): Promise<{ capability?: CapabilityFacts }> {
  return request.proveCapability === true ? { capability: await proven(context, request) } : {};
}

async function proven(
  context: ActionContext,
  request: { userPassword?: string },
): Promise<CapabilityFacts> {
  const stack = requirePeerStack(context.machine);
  requireKeyAccess(await openIdentities(context, request));
  return capabilityFacts(context.machine, stack);
}
