import { wrong, type Mistake } from "./damage";

// What is wrong with a person's identity, at a `SharedPeerIdentity` or at a person of a lab.

const withoutOwn = { exportedIdentity: undefined, exportPassword: undefined };

export const rotationMistakes: readonly Mistake[] = wrong(
  ["rotation"],
  ["", "a b", "ä", "x".repeat(41), "a/b"],
);

export const identityMistakes: readonly Mistake[] = [
  ...wrong(["maker"], ["nobody", "", "toString"]),
  ...rotationMistakes,
  {
    name: "an identity without its password",
    apply: (args) => Object.assign(args, withoutOwn, { exportedIdentity: "U0VDUkVUSURFTlRJVFk=" }),
    path: ["exportPassword"],
    secret: "U0VDUkVUSURFTlRJVFk",
  },
  {
    name: "a password without its identity",
    apply: (args) =>
      Object.assign(args, withoutOwn, { exportPassword: "the secret of the export" }),
    path: ["exportedIdentity"],
    secret: "the secret of the export",
  },
  ...["not base64: a secret", "U0VDUkVU=A", "ä", "<?xml secret"].map(
    (exportedIdentity): Mistake => ({
      name: `an identity that is no base64: ${exportedIdentity}`,
      apply: (args) =>
        Object.assign(args, { exportedIdentity, exportPassword: "the secret of the export" }),
      path: ["exportedIdentity"],
      secret: exportedIdentity,
    }),
  ),
];

/** Services that are found wrong; where they stand is below the name. */
const service = (name: string, path: readonly string[], more: object = {}): Mistake => ({
  name: `the service ${name}: ${JSON.stringify(more)}`.slice(0, 60),
  apply: (args) =>
    void (args.services = { other: { port: 5001 }, [name]: { port: 5002, ...more } }),
  path: ["services", name, ...path],
});

export const serviceMistakes: readonly Mistake[] = [
  ...["Game", "a b", "ä", "", "s".repeat(41), "peerlab-seed"].map((name) => service(name, [])),
  ...[0, -1, 1.5, 65536, undefined, 22, 3389, 3587].map((port) =>
    service("game", ["port"], { port }),
  ),
  service("game", ["port"], { port: 5001 }),
  service("game", ["comment"], { comment: "c".repeat(40) }),
];

/** What is wrong with what is to be put right. */
export const reconcileMistakes: readonly Mistake[] = [
  ...wrong(
    ["reconcile"],
    [{}, { token: "" }, { token: "x".repeat(65) }, { token: "ä" }, { token: "a\nb" }],
    {
      path: ["reconcile", "token"],
    },
  ),
  ...wrong(["reconcile"], [{ token: "1", machines: ["nobody"] }], {
    path: ["reconcile", "machines", 0],
  }),
];

/** What only a `SharedPeerIdentity` of its own has. */
export const sharedIdentityMistakes: readonly Mistake[] = wrong(
  ["person"],
  ["", "Ada", "1a", "a b", "x".repeat(32), "ä"],
);
