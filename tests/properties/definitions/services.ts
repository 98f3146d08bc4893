import * as fc from "fast-check";
import type { ServiceArgs } from "../../../components";
import { word } from "./names";

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";

/** TCP ports that are neither Windows' nor SSH's own. */
export const servicePort = fc
  .oneof(fc.integer({ min: 1, max: 65535 }), fc.constantFrom(1, 3540, 5001, 65535))
  .filter((port) => ![22, 3389, 3587].includes(port));

/** Services of a person, each on a port of its own; now and then one more than is advised. */
export const services: fc.Arbitrary<Record<string, ServiceArgs>> = fc
  .uniqueArray(
    fc.record({
      key: fc.oneof(
        fc.constantFrom("chat", "s".repeat(40), "-", "seed"),
        word({ first: letters, inner: `${letters}-`, last: `${letters}-` }, 1, 40),
      ),
      service: fc.record(
        { port: servicePort, comment: fc.constantFrom("", "c".repeat(39), "Ada's game, v2") },
        { requiredKeys: ["port"] },
      ),
    }),
    {
      maxLength: 5,
      comparator: (one, other) => one.key === other.key || one.service.port === other.service.port,
    },
  )
  .map((known) => Object.fromEntries(known.map(({ key, service }) => [key, service])));
