import {
  adminPasswordCharacters,
  adminPasswordClasses,
  adminPasswordForbidden,
  adminPasswordLength,
  adminPasswordUsername,
  adminUsernameForm,
  adminUsernameReserved,
  componentNameCharacters,
  componentNameLength,
  computerName,
  computerNameNotUser,
  location,
  locationOfNetwork,
  privateZoneName,
  privateZoneTagCount,
  privateZoneTagNames,
  resourceName,
  tagCount,
  tagNames,
  tagNamesReserved,
  tagValues,
} from "../../../../components/plan/rules";
import { trial, type RuleTrial } from "./ruleTrial";

const tags = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, "x"]));
const zone = (label: string) => `${label}-12345678.peerlab.internal`;

/** Names: of machines, users, resources and tags. */
export const nameTrials: RuleTrial[] = [
  trial(
    computerName,
    [
      { values: ["sixteen-chars-12"], words: /16 characters.*1 to 15/ },
      { values: [""], words: /0 characters/ },
      { values: ["12345"], words: /all digits/ },
      { values: ["ada_1"], words: /letters, digits and hyphens only/ },
      { values: ["ada-"], words: /begin or end with a hyphen/ },
    ],
    [["fifteen-chars-1"], ["a"], ["1234a"]],
  ),
  trial(
    computerNameNotUser,
    [{ values: ["LabUser", "labuser"], words: /"LabUser", the administrator's name/ }],
    [["labuser1", "labuser"]],
  ),
  trial(
    adminUsernameForm,
    [
      { values: ["a".repeat(21)], words: /1 to 20 characters/ },
      { values: [""], words: /1 to 20 characters/ },
      { values: ["a@b"], words: /may not hold any of/ },
      { values: ["a\tb"], words: /control characters/ },
      { values: ["ada."], words: /end with a period/ },
      { values: [". ."], words: /periods and spaces alone/ },
    ],
    [["a".repeat(20)], ["ada.l"], ["a b"]],
  ),
  trial(
    adminUsernameReserved,
    [{ values: ["Administrator"], words: /"Administrator".*Azure reserves/ }],
    [["administrator1"], ["user6"]],
  ),
  trial(
    adminPasswordLength,
    [
      { values: ["x".repeat(11)], words: /^\(not shown\) has 11 characters/ },
      { values: ["x".repeat(124)], words: /12 to 123/ },
    ],
    [["x".repeat(12)], ["x".repeat(123)]],
  ),
  trial(
    adminPasswordClasses,
    [
      { values: ["abcdEFGHabcd"], words: /has 2 of the four kinds/ },
      { values: ["Abcdefghijk_l"], words: /has 2 of the four kinds/ },
    ],
    [["abcdEFGH1234"], ["Abcdefghijk-l"]],
  ),
  trial(
    adminPasswordCharacters,
    [{ values: ["Abcdefgh\n1234"], words: /control character/ }],
    [["Abcdefgh 1234"]],
  ),
  trial(
    adminPasswordForbidden,
    [{ values: ["P@$$w0rd"], words: /list of forbidden passwords/ }],
    [["P@$$w0rd2"]],
  ),
  trial(
    adminPasswordUsername,
    [
      { values: ["xxLABUSERxx-1", "labuser"], words: /holds the user's name/ },
      { values: ["xxAdaxx-1", "ada"], words: /holds the user's name/ },
    ],
    [
      ["xxLABUSExx-1", "labuser"],
      ["x-ab-x-1", "ab"],
    ],
  ),
  trial(
    resourceName,
    [
      { values: ["n", "virtualNetwork"], words: /1 characters.*virtual network has 2 to 64/ },
      { values: ["n".repeat(65), "virtualNetwork"], words: /65 characters/ },
      { values: ["n".repeat(81), "subnet"], words: /a subnet has 1 to 80/ },
      { values: ["", "networkSecurityGroup"], words: /0 characters/ },
      { values: ["-n", "networkSecurityGroup"], words: /begins with a letter or digit/ },
      { values: ["n-", "networkInterface"], words: /ends with a letter, digit or underscore/ },
      { values: ["a b", "subnet"], words: /"a b"/ },
      { values: ["group.", "resourceGroup"], words: /does not end with a period/ },
      { values: ["g".repeat(91), "resourceGroup"], words: /1 to 90/ },
    ],
    [
      ["nn", "virtualNetwork"],
      ["n".repeat(80), "subnet"],
      ["1.n-_", "networkSecurityGroup"],
      ["(group)-ä", "resourceGroup"],
    ],
  ),
  trial(
    componentNameLength,
    [
      {
        values: ["four", 3, "it is so"],
        words: /"four", 4 characters; 3 are allowed, since it is so/,
      },
    ],
    [["for", 3, "it is so"]],
  ),
  trial(
    componentNameCharacters,
    [
      { values: ["my lab"], words: /"my lab"/ },
      { values: ["-lab"], words: /begins with a letter or digit/ },
      { values: ["läb"], words: /holds letters, digits/ },
      { values: [""], words: /""/ },
    ],
    [["my_lab"], ["1.lab-"]],
  ),
  trial(
    privateZoneName,
    [
      { values: [zone("a".repeat(55))], words: /1 to 63/ },
      { values: ["lab.-12345678.peerlab.internal"], words: /begins nor ends with a hyphen/ },
      { values: ["single"], words: /1 parts between periods; allowed are 2 to 34/ },
      { values: ["a.".repeat(34) + "b"], words: /35 parts between periods; allowed are 2 to 34/ },
    ],
    [[zone("a".repeat(54))], [zone("my_lab.two")], ["a.".repeat(33) + "b"]],
  ),
  trial(tagCount, [{ values: [tags(51)], words: /are 51.*50 tags/ }], [[tags(50)]]),
  trial(
    tagNames,
    [
      { values: [{ "a/b": "x" }], words: /may hold none of/, path: '["a/b"]' },
      { values: [{ ["n".repeat(513)]: "x" }], words: /513/, path: `.${"n".repeat(513)}` },
      { values: [{ " ": "x" }], words: /not all of them spaces/, path: '[" "]' },
      { values: [{ stage: "x", Stage: "y" }], words: /the same as "stage"/, path: ".Stage" },
    ],
    [[{ "a-b c:#": "x", ["n".repeat(512)]: "y" }]],
  ),
  trial(
    tagNamesReserved,
    [
      { values: [{ AzureThing: "x" }], words: /begin with azure/, path: ".AzureThing" },
      { values: [{ "windows-11": "x" }], words: /begin with windows/, path: '["windows-11"]' },
      { values: [{ microsoft: "x" }], words: /begin with microsoft/, path: ".microsoft" },
    ],
    [[{ myAzure: "x", window: "x" }]],
  ),
  trial(
    tagValues,
    [{ values: [{ stage: "v".repeat(257) }], words: /257.*256 at most/, path: ".stage" }],
    [[{ stage: "v".repeat(256), later: undefined }]],
  ),
  trial(
    privateZoneTagCount,
    [{ values: [tags(16)], words: /are 16.*15 tags/ }],
    [[tags(15)], [tags(51)]],
  ),
  trial(
    privateZoneTagNames,
    [
      { values: [{ "cost centre": "x" }], words: /without spaces/, path: '["cost centre"]' },
      { values: [{ "1st": "x" }], words: /begins with no digit/, path: '["1st"]' },
      { values: [{ größe: "x" }], words: /ASCII/, path: '["größe"]' },
    ],
    [[{ "cost-centre": "x", st1: "größe 1" }]],
  ),
  trial(
    location,
    [
      { values: ["west_europe"], words: /"west_europe".*such as westeurope/ },
      { values: [""], words: /Azure region/ },
    ],
    [["westeurope"], ["West US 2"]],
  ),
  trial(
    locationOfNetwork,
    [
      {
        values: ["westeurope", "northeurope", "the network theirs"],
        words: /"westeurope", but the network theirs is in northeurope/,
      },
    ],
    [["West Europe", "westeurope", "the network theirs"]],
  ),
];
