import {
  groupAdministrator,
  groupAdministratorKept,
  groupCreator,
  groupOfSharing,
  groupRole,
  groupRoleKept,
  groupRoleMachine,
  identityOfSharing,
  invitationLifetime,
  memberLifetime,
  sharingWay,
} from "../../../../components/plan/rules";
import { trial, type RuleTrial } from "./ruleTrial";

/** Groups: whose they are, who is in them, and what does not change any more. */
export const groupTrials: RuleTrial[] = [
  trial(
    sharingWay,
    [{ values: ["Group"], words: /"Group"; allowed are identity or group/ }],
    [["identity"], ["group"]],
  ),
  trial(groupOfSharing, [{ values: ["identity"], words: /whose sharing is "group"/ }], [["group"]]),
  trial(
    identityOfSharing,
    [{ values: ["group"], words: /whose sharing is "identity"/ }],
    [["identity"]],
  ),
  trial(
    groupCreator,
    [
      { values: ["c", ["b", "a"], ["a"]], words: /"c", which is no machine; allowed are a or b/ },
      { values: ["c", [], []], words: /there is no machine/ },
      { values: ["b", ["a", "b"], ["a"]], words: /"b", which is to be no administrator.*are a$/ },
    ],
    [
      ["a", ["a", "b"], ["a"]],
      ["b", ["a", "b"], []],
    ],
  ),
  trial(
    groupRole,
    [{ values: ["admin"], words: /allowed are administrator, invitingMember or member/ }],
    [["administrator"], ["invitingMember"], ["member"]],
  ),
  trial(
    groupRoleMachine,
    [
      { values: ["c", ["b", "a"]], words: /for "c", which is no machine; allowed are a or b/ },
      { values: ["c", []], words: /there is none/ },
    ],
    [["a", ["a"]]],
  ),
  trial(
    groupAdministrator,
    [{ values: [["a"], []], words: /without an administrator/ }],
    [
      [["a"], ["a"]],
      [[], []],
    ],
  ),
  trial(
    invitationLifetime,
    [
      { values: [299], words: /299; allowed are 300 to 31536000 whole seconds/ },
      { values: [31_536_001], words: /31536001/ },
      { values: [300.5], words: /300.5/ },
    ],
    [[300], [31_536_000]],
  ),
  trial(
    memberLifetime,
    [
      { values: [28_799], words: /28799; allowed are 28800 to 315360000 whole seconds/ },
      { values: [315_360_001], words: /315360001/ },
      { values: [28_800.5], words: /28800.5/ },
    ],
    [[28_800], [315_360_000]],
  ),
  trial(
    groupRoleKept,
    [
      {
        values: ["a", "administrator", "member"],
        words: /"member", but a belongs to the group as administrator.*another rotation/,
      },
    ],
    [["a", "member", "member"]],
  ),
  trial(
    groupAdministratorKept,
    [
      {
        values: ["a", true, ["b", "c"]],
        words: /is removed, but a is the only administrator.*b and c would stay/,
      },
      { values: ["a", false, ["b"]], words: /is replaced, but a.*another rotation/ },
    ],
    [["a", true, []]],
  ),
];
