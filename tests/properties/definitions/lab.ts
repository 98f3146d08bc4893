import * as fc from "fast-check";
import {
  Sharing,
  type LabMachineArgs,
  type Outbound,
  type PeerLabArgs,
  type PersonArgs,
  type RingArgs,
} from "../../../components";
import type { ExistingParts } from "./existing";
import { group } from "./group";
import { brought, proof, reconcile, rotation } from "./identity";
import { jumpHost, machine, stepPolicy } from "./machine";
import {
  adminPassword,
  adminUsername,
  computerName,
  displayName,
  machineKey,
  personKey,
  resourceName,
  tags,
  unlessComputer,
  zoneTags,
  type Place,
} from "./names";
import { network } from "./network";
import { optional } from "./optional";
import { services } from "./services";

export interface Lab {
  args: PeerLabArgs;
  existing: ExistingParts;
}

/** Small labs are frequent, those of six machines rare. */
const machineCount = (room: number) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 12, arbitrary: fc.constant(1) },
    { weight: 2, arbitrary: fc.integer({ min: 2, max: Math.min(3, room) }) },
    { weight: 1, arbitrary: fc.integer({ min: 3, max: Math.min(6, room) }) },
  );

/** The arguments of a `PeerLab` in that place, and what exists before it. */
export const lab = (place: Place): fc.Arbitrary<Lab> =>
  fc
    .record({ resourceGroup: optional(resourceName), host: optional(jumpHost) })
    .chain(({ resourceGroup, host }) =>
      network(place, resourceGroup).chain(({ args, existing, room }) => {
        const adopted = args.existing?.subnetName !== undefined;
        const outbound = wayOut(args.outbound, adopted, host !== undefined);
        const offered: Outbound[] = outbound === undefined ? ["existing"] : [outbound, "existing"];
        const reach = { jumpHost: host !== undefined, outbound: offered };
        return machineCount(room).chain((count) =>
          fc
            .record(
              {
                people: people(count, machine(reach)),
                machineDefaults: machineDefaults(machine(reach), count),
                tags: count === 0 ? tags : zoneTags,
                adminUsername,
                adminPassword,
                ...stepPolicy,
              },
              { requiredKeys: ["people"] },
            )
            .map((own): PeerLabArgs => {
              const shared = { ...args };
              delete shared.outbound;
              return {
                ...shared,
                ...unlessComputer(own, computersOf(own)),
                ...(outbound && { outbound }),
                ...(host && { jumpHost: host }),
                ...(resourceGroup !== undefined && { resourceGroupName: resourceGroup }),
                ...(place.location !== undefined && { location: place.location }),
                people: fitting(own.people, own.machineDefaults ?? {}, host !== undefined),
              };
            })
            .map(withAdministrators)
            .chain((known) => withKeys(known))
            .map((known) => ({ args: known, existing: withGroup(existing, resourceGroup, place) })),
        );
      }),
    );

/** A public address is for somebody of its family, and a jump host comes from an address that is let in. */
function withAdministrators(args: PeerLabArgs): PeerLabArgs {
  const machines = Object.values(args.people)
    .flatMap(({ machines: own }) => Object.values(own ?? {}))
    .map((own) => ({ ...args.machineDefaults, ...own }));
  const hasIpv4 = args.jumpHost === undefined || machines.some(({ publicIpv4 }) => publicIpv4);
  const hasIpv6 = machines.some(({ publicIpv6 }) => publicIpv6);
  const comesUnnamed = args.jumpHost !== undefined && args.jumpHost.privateAddress === undefined;
  const more = [
    ...(comesUnnamed ? ["10.99.0.0/24"] : []),
    ...(hasIpv4 ? ["198.51.100.7"] : []),
    ...(hasIpv6 ? ["2001:db8:77::7"] : []),
  ];
  return { ...args, adminSources: [...args.adminSources, ...more] };
}

/** Names that machines may have: those that are given, and their keys. */
function computersOf({ people: known, machineDefaults: defaults }: Partial<PeerLabArgs>): string[] {
  const machines = Object.values(known ?? {}).flatMap(({ machines: own }) =>
    Object.entries(own ?? {}).flatMap(([key, { computerName: name = key }]) => [key, name]),
  );
  return defaults?.computerName === undefined ? machines : [...machines, defaults.computerName];
}

/** A machine that is reached by the jump host alone goes out by what the subnet offers. */
function wayOut(
  outbound: Outbound | undefined,
  adopted: boolean,
  hasJumpHost: boolean,
): Outbound | undefined {
  if (outbound !== "instance" || !hasJumpHost) return outbound;
  return adopted ? "existing" : "natGateway";
}

function withGroup(
  existing: ExistingParts,
  resourceGroup: string | undefined,
  place: Place,
): ExistingParts {
  const own = resourceGroup === undefined ? [] : [{ name: resourceGroup, location: place.group }];
  const { network: there } = existing;
  return {
    ...existing,
    resourceGroups: [...own, ...existing.resourceGroups],
    network: there && { ...there, hasGateway: true },
  };
}

function machineDefaults(
  one: fc.Arbitrary<LabMachineArgs>,
  count: number,
): fc.Arbitrary<LabMachineArgs> {
  // A computer name that every machine has is one that a single machine has.
  return one.map(({ computerName: name, ...rest }) =>
    count === 1 && name !== undefined ? { computerName: name, ...rest } : rest,
  );
}

/** Up to three people who have `count` machines between them, names different in any case. */
function people(
  count: number,
  one: fc.Arbitrary<LabMachineArgs>,
): fc.Arbitrary<Record<string, PersonArgs>> {
  const different = { selector: (text: string) => text.toLowerCase() };
  return fc
    .record({
      keys: fc.uniqueArray(personKey, { minLength: 1, maxLength: 3 }),
      names: fc.uniqueArray(computerName, { minLength: count, maxLength: count, ...different }),
      otherKeys: fc.uniqueArray(machineKey, { minLength: count, maxLength: count, ...different }),
      machines: fc.array(one, { minLength: count, maxLength: count }),
      owners: fc.array(fc.nat(2), { minLength: count, maxLength: count }),
    })
    .chain(({ keys, names, otherKeys, machines, owners }) => {
      const owned = keys.map((_, person) =>
        machines
          .map((args, index) => ({ args, index }))
          .filter(({ index }) => owners[index] % keys.length === person)
          .map(({ args, index }): [string, LabMachineArgs] => {
            const { computerName: named, ...rest } = args;
            // Either the key is the computer name, or the machine has one of its own.
            return named === undefined
              ? [names[index], rest]
              : [unlike(otherKeys[index], names), { computerName: names[index], ...rest }];
          }),
      );
      return fc
        .tuple(...keys.map((_, index) => person(owned[index])))
        .map((known) => Object.fromEntries(known.map((args, index) => [keys[index], args])));
    });
}

/** The key of a machine is nobody's computer name. */
function unlike(key: string, names: readonly string[]): string {
  const lower = names.map((name) => name.toLowerCase());
  return lower.includes(key.toLowerCase()) ? `${key}-0` : key;
}

function person(machines: [string, LabMachineArgs][]): fc.Arbitrary<PersonArgs> {
  const keys = machines.map(([key]) => key);
  return fc
    .tuple(
      fc.record(
        {
          displayName,
          rotation,
          services,
        },
        { requiredKeys: [] },
      ),
      fc.oneof({ weight: 3, arbitrary: byIdentity(keys) }, { weight: 1, arbitrary: byGroup(keys) }),
      fc.boolean(),
    )
    .map(([args, own, empty]) => ({
      ...args,
      ...own,
      ...((keys.length > 0 || empty) && { machines: Object.fromEntries(machines) }),
    }));
}

/** A person who is found by one identity, made or brought. */
const byIdentity = (keys: readonly string[]): fc.Arbitrary<PersonArgs> =>
  fc
    .tuple(
      fc.record(
        {
          sharing: fc.constant(Sharing.Identity),
          maker: keys.length === 0 ? fc.constant(undefined) : fc.constantFrom(...keys),
        },
        { requiredKeys: [] },
      ),
      brought,
    )
    .map(([args, own]) => ({ ...args, ...own }));

/** A person who is found by a group. */
const byGroup = (keys: readonly string[]): fc.Arbitrary<PersonArgs> =>
  fc.record(
    { sharing: fc.constant(Sharing.Group), group: group(keys) },
    { requiredKeys: ["sharing"] },
  );

/** What a machine says itself, made to fit what it inherits. */
function fitting(
  known: Record<string, PersonArgs>,
  defaults: LabMachineArgs,
  hasJumpHost: boolean,
): Record<string, PersonArgs> {
  const fit = (own: LabMachineArgs): LabMachineArgs => {
    const merged = { ...defaults, ...own };
    const result = { ...own };
    if (own.outbound === "instance" && !(merged.publicIpv4 ?? !hasJumpHost)) delete result.outbound;
    if (merged.spot && merged.size?.startsWith("Standard_B")) result.size = "Standard_D2s_v5";
    return result;
  };
  return Object.fromEntries(
    Object.entries(known).map(([key, args]) => [
      key,
      args.machines === undefined
        ? args
        : {
            ...args,
            machines: Object.fromEntries(
              Object.entries(args.machines).map(([name, own]) => [name, fit(own)]),
            ),
          },
    ]),
  );
}

/** Seeds outside of the lab, with the peered network that they are in. */
const others = {
  peerSources: ["fdee:ab:cd::/64"],
  externalSeeds: ["fdee:ab:cd::4", "fdee:ab:cd:0::b"],
};

/** Adds what names machines by their keys. */
function withKeys(args: PeerLabArgs): fc.Arbitrary<PeerLabArgs> {
  const keys = Object.values(args.people).flatMap(({ machines }) => Object.keys(machines ?? {}));
  return fc.boolean().chain((hasOthers) => {
    // None only where there are others, or nobody is to be found.
    const minLength = keys.length > 1 && !hasOthers ? 1 : 0;
    return fc
      .record(
        {
          seeds: fc.subarray(keys, { minLength }),
          reconcile: reconcile(keys),
          proof,
          rings: rings(Object.keys(args.people)),
        },
        { requiredKeys: [] },
      )
      .map((more) => withoutConflict({ ...args, ...more, ...(hasOthers && withOthers(args)) }));
  });
}

/** Some of the people, each a ring of her own; the others are the last. */
const rings = (people: readonly string[]): fc.Arbitrary<RingArgs[]> =>
  fc
    .shuffledSubarray([...people])
    .map((some) => some.map((key, index) => ({ name: `ring-${index}`, people: [key] })));

/** The same, where her machines are named one by one. */
function byMachines(args: PeerLabArgs): RingArgs[] | undefined {
  return args.rings?.map(({ name, people: own = [] }, index) => {
    const machines = own.flatMap((key) => Object.keys(args.people[key].machines ?? {}));
    return index % 2 === 0 && machines.length > 0 ? { name, machines } : { name, people: own };
  });
}

/** Rings want proofs that can fail, and of seeds that are named one that comes first. */
function withoutConflict(args: PeerLabArgs): PeerLabArgs {
  if (args.rings === undefined || args.rings.length === 0) return args;
  const named = args.externalSeeds === undefined && (args.seeds ?? []).length > 0;
  const { proof: { whenFailed, ...proved } = {} } = args;
  return {
    ...args,
    rings: byMachines(args),
    ...(named && { seeds: undefined }),
    ...(args.proof && { proof: whenFailed === "warn" ? proved : args.proof }),
  };
}

function withOthers({ peerSources = [] }: PeerLabArgs): Partial<PeerLabArgs> {
  return { ...others, peerSources: [...peerSources, ...others.peerSources] };
}
