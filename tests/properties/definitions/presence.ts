import * as fc from "fast-check";
import type { PeerPresenceArgs } from "../../../components";
import { peerMachine, reconcile } from "./identity";
import { stepPolicy } from "./machine";
import { machineKey } from "./names";
import { services } from "./services";

/** Peer names of identities and groups, and one that is not secured. */
const peerName = fc.constantFrom(
  `${"0123456789abcdef".repeat(2)}01234567.PeerLab`,
  `${"a".repeat(40)}.${"c".repeat(149)}`,
  "0.a b",
);

/** The arguments of a `PeerPresence` on up to three machines. */
export const presence: fc.Arbitrary<PeerPresenceArgs> = fc
  .uniqueArray(machineKey, { maxLength: 3 })
  .chain((keys) =>
    fc.record(
      {
        machines: fc.record(Object.fromEntries(keys.map((key) => [key, peerMachine]))),
        services,
        peerName,
        groups: fc.array(
          fc.record(
            { group: peerName, identity: peerName, machines: fc.subarray(keys) },
            { requiredKeys: ["group", "identity"] },
          ),
          { maxLength: 2 },
        ),
        after: fc.array(fc.uuid(), { maxLength: 2 }),
        copyGuestFiles: fc.boolean(),
        reconcile: reconcile(keys),
        ...stepPolicy,
      },
      { requiredKeys: ["machines"] },
    ),
  );
