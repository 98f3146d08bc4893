import type { PresenceGroup, PresenceName, PresenceState } from "../../guest/contract";
import { codePoints } from "./identity";

/** Services by name, as a person's machines have them. */
export type ServicesDefinition = Readonly<Record<string, { port: number; comment?: string }>>;

/**
 * What a seed registers, so that its cloud comes to life: a PNRP cloud is initialised by the first name that is registered or
 * resolved, and a seed that has none answers nobody. Not secured, so that it needs no identity.
 */
export const seedPresence: PresenceName = {
  service: "peerlab-seed",
  peerName: "0.PeerLab-seed",
  port: 3540,
  comment: "PNRP seed",
};

export interface PresenceDefinition {
  /** The identity under whose authority services are registered. */
  peerName: string;
  services?: ServicesDefinition;
  groups?: readonly PresenceGroup[];
  isSeed?: boolean;
  /** Whether the presence is this definition's alone, so that what is not wanted goes. */
  always?: boolean;
}

/** The peer name of a service: one for each, under the authority of an identity. */
export function servicePeerName(identity: string, service: string): string {
  return `${identity.slice(0, identity.indexOf("."))}.${service}`;
}

/** What a machine's holder has to hold; undefined where that is somebody else's to say. */
export function presenceOf(definition: PresenceDefinition): PresenceState | undefined {
  const { peerName, services, groups, isSeed, always } = definition;
  if (!services && !groups && !isSeed && !always) return undefined;
  const names = Object.entries(services ?? {})
    .sort(([one], [other]) => codePoints(one, other))
    .map(([service, { port, comment }]): PresenceName => ({
      service,
      peerName: servicePeerName(peerName, service),
      port,
      ...(comment === undefined ? {} : { comment }),
    }));
  return { names: isSeed ? [seedPresence, ...names] : names, groups: [...(groups ?? [])] };
}
