import type { GetPeerReport, GetPeerReportRequest } from "../../../guest/contract";
import { groupFacts } from "../group/connection";
import type { Action } from "./context";
import { identityFacts, openIdentities } from "./identityAccess";
import { presenceFacts } from "./presence";
import { capabilityFacts } from "./testPeerCapability";

/** Everything about the machine; fails for nothing that it can say instead. */
export const getPeerReport: Action<GetPeerReportRequest, GetPeerReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const capability = capabilityFacts(machine);
  const access = await openIdentities(context, request);
  const { identity, grouping } = capability.stack;
  const identities = identity === "S_OK" ? access.store.enumerate() : [];
  const groups =
    grouping === "S_OK"
      ? identities.flatMap(({ peerName }) => [...access.groups.enumerate(peerName)])
      : [];
  return {
    action: "Get-PeerReport",
    ...machine.facts,
    capability,
    identities: identities.map(({ peerName }) => identityFacts(access, peerName)),
    groups: groups.map((stored) => groupFacts(machine, access.store, stored)),
    presence: presenceFacts(machine),
  };
};
