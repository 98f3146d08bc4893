import type { GetPeerReport, GetPeerReportRequest } from "../../../guest/contract";
import type { Action } from "./context";
import { identityFacts, openIdentities } from "./identityAccess";
import { capabilityFacts } from "./testPeerCapability";

/** Everything about the machine; fails for nothing that it can say instead. */
export const getPeerReport: Action<GetPeerReportRequest, GetPeerReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const capability = capabilityFacts(machine);
  const access = await openIdentities(context, request);
  const identities = capability.stack.identity === "S_OK" ? access.store.enumerate() : [];
  return {
    action: "Get-PeerReport",
    ...machine.facts,
    capability,
    identities: identities.map(({ peerName }) => identityFacts(access, peerName)),
  };
};
