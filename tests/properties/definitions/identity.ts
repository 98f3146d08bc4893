import * as fc from "fast-check";
import type { PeerMachine, SharedPeerIdentityArgs } from "../../../components";
import { subscription } from "../memoryAzure";
import { address, ipv6Address } from "./addresses";
import { hostKey, jumpHost, networking, stepPolicy } from "./machine";
import { adminUsername, machineKey, personKey, word } from "./names";
import { services } from "./services";

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

export const rotation = fc.oneof(
  fc.constantFrom("1", "2026-11-23", "a.b_c"),
  word({ first: letters, inner: `${letters}._-`, last: letters }, 1, 40),
);

/** An identity made elsewhere and its password: both or neither. */
export const brought = fc.constantFrom(
  {},
  { exportedIdentity: "RVhQT1JURUQgSURFTlRJVFk=", exportPassword: "as it was exported under" },
);

/** What is to be put right, on some of the machines or on all. */
export const reconcile = (machines: readonly string[]) =>
  fc.record(
    {
      token: fc.constantFrom("1", "2026-11-23", "~".repeat(64), "with a space"),
      machines: fc.subarray([...machines]),
    },
    { requiredKeys: ["token"] },
  );

/** How a lab is to prove itself. */
export const proof = fc.record(
  {
    token: fc.constantFrom("1", "~".repeat(64)),
    whenFailed: fc.constantFrom("fail" as const, "warn" as const),
    sample: fc.integer({ min: 2, max: 32 }),
    settleSeconds: fc.integer({ min: 0, max: 600 }),
  },
  { requiredKeys: [] },
);

/** A machine as somebody who has one fills it in by hand. */
export const peerMachine: fc.Arbitrary<PeerMachine> = fc.record(
  {
    connection: fc.record(
      {
        host: fc.oneof(fc.constantFrom("pc-1.example.org", "PC-1"), address),
        port: fc.integer({ min: 1, max: 65535 }),
        user: adminUsername,
        password: fc.constantFrom("x", "correct horse battery staple"),
        hostKey,
        jumpHost,
      },
      { requiredKeys: ["host", "user", "password"] },
    ),
    instanceId: fc.uuid(),
    privateIpv4: fc.constantFrom("10.1.0.4", "192.168.7.20"),
    privateIpv6: ipv6Address,
    networking,
    virtualMachineId: fc.constant(
      `/subscriptions/${subscription}/resourceGroups/theirs/providers/Microsoft.Compute/virtualMachines/pc`,
    ),
    power: fc.constantFrom("running", "starting"),
    waitsFor: fc.constant("somebody"),
    proveCapability: fc.boolean(),
    passwordVersion: fc.constantFrom("1", "2"),
  },
  { requiredKeys: ["connection", "instanceId"] },
);

/** The arguments of a `SharedPeerIdentity` on up to four machines. */
export const identity: fc.Arbitrary<SharedPeerIdentityArgs> = fc
  .uniqueArray(machineKey, { maxLength: 4 })
  .chain((keys) =>
    fc
      .tuple(
        fc.record(
          {
            machines: fc.record(Object.fromEntries(keys.map((key) => [key, peerMachine]))),
            maker: keys.length === 0 ? fc.constant(undefined) : fc.constantFrom(...keys),
            person: personKey,
            rotation,
            exclusive: fc.boolean(),
            copyGuestFiles: fc.boolean(),
            services,
            after: fc.array(fc.uuid(), { maxLength: 2 }),
            reconcile: reconcile(keys),
            ...stepPolicy,
          },
          { requiredKeys: ["machines"] },
        ),
        brought,
      )
      .map(([args, own]) => ({ ...args, ...own })),
  );
