import * as fc from "fast-check";
import { PeerGroupRole, type LabGroupArgs, type PersonalPeerGroupArgs } from "../../../components";
import { administratorsOf } from "../../../components/plan/peerGroup";
import { peerMachine, reconcile, rotation } from "./identity";
import { stepPolicy } from "./machine";
import { machineKey, personKey } from "./names";
import { services } from "./services";

const role = fc.constantFrom(...Object.values(PeerGroupRole));

const rolesOf = (keys: readonly string[]): fc.Arbitrary<Record<string, PeerGroupRole>> =>
  fc
    .tuple(fc.subarray([...keys]), fc.array(role, { minLength: 4, maxLength: 4 }))
    .map(([some, roles]) =>
      Object.fromEntries(some.map((key, index) => [key, roles[index % roles.length]])),
    );

/** What the group of these machines is like; one of them at least is an administrator. */
export const group = (keys: readonly string[]): fc.Arbitrary<LabGroupArgs> =>
  fc
    .record(
      {
        role,
        roles: rolesOf(keys),
        invitationLifetimeSeconds: fc.constantFrom(300, 86_400, 31_536_000),
        memberLifetimeSeconds: fc.constantFrom(28_800, 2_419_200, 315_360_000),
      },
      { requiredKeys: [] },
    )
    .map((known) =>
      keys.length === 0 || administratorsOf(known, keys).length > 0
        ? known
        : { ...known, roles: { ...known.roles, [keys[0]]: PeerGroupRole.Administrator } },
    )
    .chain((known) => {
      const administrators = administratorsOf(known, keys);
      return administrators.length === 0
        ? fc.constant(known)
        : fc
            .option(fc.constantFrom(...administrators), { nil: undefined })
            .map((creator) => ({ ...known, ...(creator !== undefined && { creator }) }));
    });

/** The arguments of a `PersonalPeerGroup` of up to four machines. */
export const personalGroup: fc.Arbitrary<PersonalPeerGroupArgs> = fc
  .uniqueArray(machineKey, { maxLength: 4 })
  .chain((keys) =>
    fc
      .tuple(
        fc.record(
          {
            machines: fc.record(Object.fromEntries(keys.map((key) => [key, peerMachine]))),
            person: personKey,
            rotation,
            exclusive: fc.boolean(),
            services,
            after: fc.array(fc.uuid(), { maxLength: 2 }),
            copyGuestFiles: fc.boolean(),
            reconcile: reconcile(keys),
            ...stepPolicy,
          },
          { requiredKeys: ["machines"] },
        ),
        group(keys),
      )
      .map(([args, own]) => ({ ...args, ...own })),
  );
