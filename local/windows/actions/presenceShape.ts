import { peerNamePattern } from "../identity/peerName";
import { eachOnce, list, object, optional, text, trueOrFalse, wholeNumber } from "./shape";

const peerName = text({
  pattern: peerNamePattern,
  allowed: "40 hex digits, a dot and a classifier of 1 to 149 characters",
});

const endpointPattern =
  /^\[[0-9A-Fa-f:.]{2,45}\]:([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/;

const names = list(
  object({
    service: text({
      pattern: /^[a-z0-9-]{1,40}$/,
      allowed: "1 to 40 characters of a-z, 0-9 and -",
    }),
    peerName: text({
      pattern: /^(0|[0-9a-f]{40})\.[^\u0000]{1,149}$/,
      allowed: "40 hex digits or 0, a dot and a classifier of 1 to 149 characters",
    }),
    port: wholeNumber(1, 65535),
    comment: optional(text({ pattern: /^[^\u0000]{0,39}$/, allowed: "at most 39 characters" })),
  }),
);

const namesOfDifferentServices = eachOnce(
  names,
  ({ service }) => service,
  "service",
  "a service that is not in the list yet",
);

const groups = list(
  object({
    group: peerName,
    identity: peerName,
    renewsMembers: optional(trueOrFalse()),
    addresses: optional(
      list(
        text({
          pattern: endpointPattern,
          allowed: "an IPv6 address and a port, as [2001:db8::1]:3587",
        }),
      ),
    ),
  }),
);

/** The presence section of a request: nothing twice, since Windows registers a name once. */
export const presenceState = object({
  names: eachOnce(
    namesOfDifferentServices,
    (name) => name.peerName,
    "peerName",
    "a peer name that is not in the list yet",
  ),
  groups: eachOnce(
    groups,
    ({ group, identity }) => `${group}\0${identity}`,
    "group",
    "a group that is not in the list yet for this identity",
  ),
});
