import type { SetPeerNetworkingReport, SetPeerNetworkingRequest } from "../../../guest/contract";
import { applyNetworking, networkingFacts } from "../networking";
import type { Action } from "./context";

/** The networking section of the desired state alone. */
export const setPeerNetworking: Action<SetPeerNetworkingRequest, SetPeerNetworkingReport> = async (
  { machine },
  request,
) => {
  const { changed, pending } = applyNetworking(machine, request.networking, "session");
  return {
    action: "Set-PeerNetworking",
    ...machine.facts,
    changed,
    pending,
    networking: networkingFacts(machine),
  };
};
