import { at, oneOf, received } from "../findings";
import { rule } from "./rule";

/** The key of a person stands in the friendly name of her identity and in the names of resources. */
export const personKey = rule(
  { id: "PERSON-KEY", source: "part of the friendly name by which Windows finds the identity" },
  (_path, key: string) =>
    /^[a-z][a-z0-9-]{0,30}$/.test(key)
      ? []
      : [
          `is the key ${received(key)}; a key is a lower-case letter followed by up to 30 lower-case letters, digits and hyphens`,
        ],
);

/** Who makes an identity is one of those that hold it. */
export const identityMaker = rule(
  { id: "IDENTITY-MAKER", source: "the maker exports the identity for the others" },
  (_path, maker: string, machines: readonly string[]) => {
    if (machines.includes(maker)) return [];
    const allowed =
      machines.length === 0 ? "there is no machine" : `allowed are ${oneOf(machines)}`;
    return [`is ${received(maker)}, which is no machine; ${allowed}`];
  },
);

/** A rotation stands in the friendly name of the identity. */
export const identityRotation = rule(
  {
    id: "IDENTITY-ROTATION",
    source: "part of the friendly name by which Windows finds the identity",
  },
  (_path, rotation: string) =>
    /^[A-Za-z0-9._-]{1,40}$/.test(rotation)
      ? []
      : [`is ${received(rotation)}; it is up to 40 letters, digits, dots, hyphens and underscores`],
);

const bothOrNone = "Windows, PeerIdentityImport: the file is read with its password";

/** An identity that is brought comes with its password. */
export const exportPasswordGiven = rule(
  { id: "IDENTITY-PASSWORD", source: bothOrNone },
  (_path, hasIdentity: boolean, hasPassword: boolean) =>
    hasIdentity && !hasPassword
      ? ["is missing; exportedIdentity cannot be read without the password it was exported under"]
      : [],
);

/** A password comes with the identity that it is for. */
export const exportedIdentityGiven = rule(
  { id: "IDENTITY-EXPORTED", source: bothOrNone },
  (_path, hasIdentity: boolean, hasPassword: boolean) =>
    hasPassword && !hasIdentity
      ? ["is missing; exportPassword is for an identity that is brought"]
      : [],
);

/** An identity that was brought and is given no longer would be replaced by a new one without a word. */
export const broughtIdentityKept = rule(
  { id: "IDENTITY-FORGOTTEN", source: "a person keeps her peer name until she is removed" },
  (_path, isBrought: boolean, wasBrought: boolean) =>
    wasBrought && !isBrought
      ? [
          "is missing, but this identity was brought with it; give it back, or remove the person and add her under another key " +
            "to let a new identity be made",
        ]
      : [],
);

/** What is brought is the file's bytes in base64. The finding never holds it. */
export const exportedIdentityForm = rule(
  { id: "IDENTITY-BASE64", source: "the request to the machine holds the file's bytes in base64" },
  (_path, identity: string) =>
    /^(?:[A-Za-z0-9+/]{4})+$|^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)$/.test(
      // Windows passes over the line ends that tools put in.
      identity.replace(/\s/g, ""),
    )
      ? []
      : ["(not shown) is not base64; give the bytes of the exported file in base64"],
);

/** The token by which machines are put right once. */
export const reconcileTokenForm = rule(
  { id: "RECONCILE-TOKEN", source: "part of the trigger of a step, which is ASCII" },
  (_path, token: string | undefined) => {
    if (token !== undefined && /^[\x20-\x7e]{1,64}$/.test(token)) return [];
    const shown = token === undefined ? "is missing" : `is ${received(token)}`;
    return [
      `${shown}; it is 1 to 64 characters of ASCII, such as a date, and another one each time`,
    ];
  },
);

/** Only machines that there are can be put right. */
export const reconcileMachines = rule(
  { id: "RECONCILE-MACHINE", source: "a step runs on machines of the definition" },
  (path, named: readonly string[], machines: readonly string[]) =>
    named.flatMap((key, index) =>
      machines.includes(key)
        ? []
        : [
            {
              path: at(path, index),
              reason: `is ${received(key)}, which is no machine; allowed are ${oneOf([...machines].sort())}`,
            },
          ],
    ),
);
