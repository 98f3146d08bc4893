import type { SetPeerMachineReport, SetPeerMachineRequest } from "../../../guest/contract";
import { applyNetworking, networkingFacts, pendingChanges } from "../networking";
import type { Action } from "./context";
import { listenersReport } from "./peerListener";
import { leaveUnwantedGroups, presenceFacts, presenceText, setPresence } from "./presence";
import { applyState } from "./stateSections";
import { capabilityProof } from "./testPeerCapability";

/** Brings the machine to the wanted state, adding before it removes; a second run changes nothing. */
export const setPeerMachine: Action<SetPeerMachineRequest, SetPeerMachineReport> = async (
  context,
  request,
) => {
  const { machine, checkpoint } = context;
  const { networking, presence, reconcile = false, listen } = request;
  const changed: string[] = [];
  if (networking) {
    changed.push(...applyNetworking(machine, networking, "session", reconcile).changed);
    if (changed.length > 0) checkpoint();
  }
  const proof = await capabilityProof(context, request);
  const before = presenceText(machine);
  // An open handle of a group becomes invalid when its data is deleted: the holder leaves it first.
  if (presence) leaveUnwantedGroups(context, presence);
  const { phrases, ...state } = await applyState(context, request, false);
  changed.push(...phrases);
  if (presence) changed.push(...(await setPresence(context, request, presence, before)));
  return {
    action: "Set-PeerMachine",
    ...machine.facts,
    changed,
    pending: pendingChanges(machine),
    ...proof,
    ...(networking ? { networking: networkingFacts(machine) } : {}),
    ...state,
    ...(presence ? { presence: presenceFacts(machine) } : {}),
    ...(listen ? { listeners: listenersReport(machine, listen) } : {}),
  };
};
