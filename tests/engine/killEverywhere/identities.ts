import type { LabProject } from "../labProject";
import type { People } from "./transitions";

/** An identity in the store of a machine. */
export interface HeldIdentity {
  vmId: string;
  computerName: string;
  user: string;
  peerName: string;
  friendlyName: string;
}

/** The identities that there were at one time: on the machines and in the stack's state. */
export interface KnownIdentities {
  held: HeldIdentity[];
  /** By person. */
  kept: Record<string, { peerName: string; friendlyName: string }>;
}

/** Every identity on every machine, whoever's it is. */
export function heldIdentities(lab: LabProject): HeldIdentity[] {
  return lab.standIn.windows.machines().flatMap(({ record }) =>
    Object.entries(record.identities).flatMap(([user, identities]) =>
      identities.map(({ peerName, friendlyName }) => ({
        vmId: record.vmId,
        computerName: record.computerName,
        user,
        peerName,
        friendlyName,
      })),
    ),
  );
}

export async function knownIdentities(lab: LabProject): Promise<KnownIdentities> {
  const state = JSON.parse(await lab.exportState()) as {
    deployment: {
      resources?: {
        urn: string;
        type: string;
        delete?: boolean;
        outputs?: { output?: unknown };
      }[];
    };
  };
  const kept: KnownIdentities["kept"] = {};
  for (const { urn, type, outputs, delete: replaced } of state.deployment.resources ?? []) {
    const [, person] = /::lab-(\w+)-identity$/.exec(urn) ?? [];
    // A rotation that was interrupted leaves the stash of the earlier identity to be deleted by the next run.
    if (type !== "pulumi:index:Stash" || person === undefined || replaced) continue;
    const { plaintext } = (outputs?.output ?? {}) as { plaintext?: string };
    const stored = JSON.parse(plaintext ?? "{}") as Partial<KnownIdentities["kept"][string]>;
    const { peerName, friendlyName } = stored;
    if (peerName && friendlyName) kept[person] = { peerName, friendlyName };
  }
  return { held: heldIdentities(lab), kept };
}

/**
 * The peer names that are decided already, by person: what the state keeps for the wanted rotation, else what the maker
 * has made and nobody has heard of, as long as that machine lives. For all others any name will do, if it is one.
 */
export function decidedNames(
  people: People,
  known: KnownIdentities,
  living: ReadonlySet<string>,
): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [person, { rotation = "1", machines }] of Object.entries(people)) {
    const ending = `/${person}#${rotation}`;
    const kept = known.kept[person];
    const maker = Object.keys(machines).sort()[0];
    const made = known.held.find(
      ({ computerName, friendlyName, vmId }) =>
        computerName === maker && friendlyName.endsWith(ending) && living.has(vmId),
    );
    const decided = kept?.friendlyName.endsWith(ending) ? kept : made;
    if (decided) names[person] = decided.peerName;
  }
  return names;
}
