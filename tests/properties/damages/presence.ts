import { wrong, type Mistake } from "./damage";

const peerName = `${"0123456789abcdef".repeat(2)}01234567.PeerLab`;
const group = (change: object) => [{ group: peerName, identity: peerName, ...change }];

/** What only a `PeerPresence` has. */
export const presenceMistakes: readonly Mistake[] = [
  ...wrong(["peerName"], ["", "ada", "0.", `${"A".repeat(40)}.x`, `0.${"c".repeat(150)}`]),
  ...wrong(["groups"], [group({ group: "" }), group({ group: "friends" })], {
    path: ["groups", 0, "group"],
  }),
  ...wrong(["groups"], [group({ identity: "ada" })], { path: ["groups", 0, "identity"] }),
  ...wrong(["groups"], [group({ machines: ["nobody"] })], { path: ["groups", 0, "machines", 0] }),
];
