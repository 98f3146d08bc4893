import { wrong, type Mistake } from "./damage";

// What is wrong with a group, at a `PersonalPeerGroup` or at a person of a lab.

/** At the group's own arguments. */
export const groupMistakes: readonly Mistake[] = [
  ...wrong(["creator"], ["nobody", "", "toString"]),
  ...wrong(["role"], ["", "admin", "Administrator", "toString"]),
  ...wrong(["roles", "nobody"], ["member", "administrator"]),
  ...wrong(["invitationLifetimeSeconds"], [0, 299, 300.5, 31_536_001]),
  ...wrong(["memberLifetimeSeconds"], [0, 28_799, 28_800.5, 315_360_001]),
];

/** At a person of a lab. */
export const sharingMistakes: readonly Mistake[] = [
  ...wrong(["sharing"], ["", "Group", "both", "toString"]),
  {
    name: "a group of one who has none",
    apply: (args) => Object.assign(args, { sharing: undefined, group: {} }),
    path: ["group"],
  },
  ...["maker", "exportedIdentity", "exportPassword"].map((key): Mistake => ({
    name: `${key} of one who has a group`,
    apply: (args) =>
      Object.assign(args, { sharing: "group", [key]: key === "maker" ? "pc" : "U0VDUkVU" }),
    path: [key],
  })),
];
