import { oneOf, received } from "../findings";
import { rule } from "./rule";
import { notAmong } from "./words";

const contract = "guest/contract.ts, New-PeerGroup and New-PeerGroupInvitation";
const roleNames = ["administrator", "invitingMember", "member"] as const;
const letsIn = "Windows, PeerGroupCreateInvitation: an administrator lets in";

/** How a person is found. */
export const sharingWay = rule(
  { id: "SHARING", source: "there are two ways" },
  (path, sharing: string) => notAmong(path, sharing, ["identity", "group"]),
);

/** Who has no group has no arguments for it. */
export const groupOfSharing = rule(
  { id: "SHARING-GROUP", source: "it would be ignored without a word" },
  (_path, sharing: string) =>
    sharing === "group"
      ? []
      : ['is for a person whose sharing is "group"; set sharing, or leave the group out'],
);

/** Who has a group has no identity that is brought or made for all. */
export const identityOfSharing = rule(
  { id: "SHARING-IDENTITY", source: "each machine of a group has an identity of its own" },
  (_path, sharing: string) =>
    sharing === "identity"
      ? []
      : ['is for a person whose sharing is "identity"; leave it out, or set sharing'],
);

/** Who creates a group is a machine, and an administrator of it. */
export const groupCreator = rule(
  { id: "GROUP-CREATOR", source: "Windows, PeerGroupCreate: who creates a group administers it" },
  (_path, creator: string, machines: readonly string[], administrators: readonly string[]) => {
    if (!machines.includes(creator)) {
      const allowed =
        machines.length === 0
          ? "there is no machine"
          : `allowed are ${oneOf([...machines].sort())}`;
      return [`is ${received(creator)}, which is no machine; ${allowed}`];
    }
    // That there is none at all is said once.
    return administrators.length === 0 || administrators.includes(creator)
      ? []
      : [
          `is ${received(creator)}, which is to be no administrator; allowed are ${oneOf(administrators)}`,
        ];
  },
);

/** What a member may do. */
export const groupRole = rule({ id: "GROUP-ROLE", source: contract }, (path, role: string) =>
  notAmong(path, role, roleNames),
);

/** A role is that of a machine. */
export const groupRoleMachine = rule(
  { id: "GROUP-ROLE-MACHINE", source: "it would be ignored without a word" },
  (_path, key: string, machines: readonly string[]) =>
    machines.includes(key)
      ? []
      : [
          `is for ${received(key)}, which is no machine; ${
            machines.length === 0 ? "there is none" : `allowed are ${oneOf([...machines].sort())}`
          }`,
        ],
);

/** Somebody has to let the others in. */
export const groupAdministrator = rule(
  { id: "GROUP-ADMINISTRATOR", source: letsIn },
  (_path, machines: readonly string[], administrators: readonly string[]) =>
    machines.length > 0 && administrators.length === 0
      ? ["leaves the group without an administrator; at least one machine has to be one"]
      : [],
);

/** How long an invitation can be used. */
export const invitationLifetime = rule(
  { id: "GROUP-INVITATION-LIFETIME", source: contract },
  (_path, seconds: number) => wholeSeconds(seconds, 300, 31_536_000, "5 minutes to a year"),
);

/** How long a member's credential holds. */
export const memberLifetime = rule(
  {
    id: "GROUP-MEMBER-LIFETIME",
    source: "Windows, PEER_GROUP_PROPERTIES: ulMemberDataLifetime",
  },
  (_path, seconds: number) => wholeSeconds(seconds, 28_800, 315_360_000, "8 hours to 10 years"),
);

/** A role is given with the invitation, and stays. */
export const groupRoleKept = rule(
  {
    id: "GROUP-ROLE-KEPT",
    source: "Windows: an invitation gives the role, and nothing changes it",
  },
  (_path, machine: string, is: string, wanted: string) =>
    is === wanted
      ? []
      : [
          `is ${received(wanted)}, but ${machine} belongs to the group as ${is}, and nothing changes the role of a member; ` +
            "put it back, or set another rotation, which makes a new group",
        ],
);

/** The last one who could let machines in does not go while others stay. */
export const groupAdministratorKept = rule(
  { id: "GROUP-ADMINISTRATOR-KEPT", source: letsIn },
  (_path, machine: string, isRemoved: boolean, staying: readonly string[]) =>
    staying.length === 0
      ? []
      : [
          `${isRemoved ? "is removed" : "is replaced"}, but ${machine} is the only administrator among the members of the group, ` +
            `in which ${staying.join(" and ")} would stay with nobody to let machines in or to renew them; let another ` +
            "administrator join first, or set another rotation, which makes a new group",
        ],
);

function wholeSeconds(seconds: number, least: number, most: number, words: string): string[] {
  return Number.isInteger(seconds) && seconds >= least && seconds <= most
    ? []
    : [`is ${received(seconds)}; allowed are ${least} to ${most} whole seconds (${words})`];
}
