/** Windows peer-to-peer labs on Azure: the components, and what is needed to use them. */
import "./debugOutput";
export * from "./peerLab";
export * from "./peerGroupMembers";
export type { PeerGroupReport } from "./peerGroupReport";
export * from "./peerLabArgs";
export * from "./peerMachine";
export * from "./peerNetwork";
export * from "./peerPresence";
export * from "./peerProof";
export * from "./peerServices";
export * from "./personalPeerGroup";
export * from "./sharedPeerIdentity";
export { skipDebugInformation } from "./debugInformation";
export * from "./windowsPeer";
export { WhenOff } from "./beforeStep";
export {
  peerPreparationScript,
  peerPreparationSettings,
  type PeerPreparationOptions,
} from "./preparation";
