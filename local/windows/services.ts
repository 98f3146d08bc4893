import type { ImageTraits } from "./images";

export interface Service {
  displayName: string;
  status: "Running" | "Stopped";
  startType: "Automatic" | "Manual" | "Disabled";
}

/** The two reasons known for which PNRPsvc does not start; a repair opens or deletes something, so it is asked for. */
export type PnrpFailure = "PEER_E_CERT_STORE_CORRUPTED" | "PEER_E_NO_KEY_ACCESS";

/** The services of the peer stack, in the order in which they depend on each other. */
export const peerServices = ["p2pimsvc", "PNRPsvc", "p2psvc", "PNRPAutoReg"] as const;

function stopped(displayName: string, startType: Service["startType"] = "Manual"): Service {
  return { displayName, status: "Stopped", startType };
}

function peerStackServices(): Record<(typeof peerServices)[number], Service> {
  return {
    p2pimsvc: stopped("Peer Networking Identity Manager"),
    PNRPsvc: stopped("Peer Name Resolution Protocol"),
    p2psvc: stopped("Peer Networking Grouping"),
    PNRPAutoReg: stopped("PNRP Machine Name Publication Service"),
  };
}

export const sshService = (): Service => stopped("OpenSSH SSH Server");

/** The services of a fresh machine: a server has those of the peer stack only with its PNRP feature. */
export function inBoxServices(traits: ImageTraits): Record<string, Service> {
  return {
    seclogon: stopped("Secondary Logon"),
    w32time: { displayName: "Windows Time", status: "Running", startType: "Manual" },
    ...(traits.product === "client" ? peerStackServices() : {}),
    ...(traits.openSsh === "installed" ? { sshd: sshService() } : {}),
  };
}

/** Installs the server feature `PNRP`; says whether it was missing. */
export function installPnrpFeature(features: string[], services: Record<string, Service>): boolean {
  if (features.includes("PNRP")) return false;
  features.push("PNRP");
  Object.assign(services, peerStackServices());
  return true;
}
