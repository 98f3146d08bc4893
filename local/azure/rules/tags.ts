import type { PutRequest } from "../arm/azure";
import type { Located } from "../arm/model";
import { propertiesOf } from "../arm/model";
import { repeatedNames } from "./names";
import type { Rule } from "./rule";

function tagsOf(put: PutRequest): { [name: string]: string } {
  return propertiesOf<Located>(put).tags ?? {};
}

export const tags: Rule = {
  id: "TAGS",
  grade: "A",
  code: "InvalidTag",
  check: (put) => {
    const entries = Object.entries(tagsOf(put));
    const messages: string[] = [];
    if (entries.length > 50) {
      messages.push(`The resource has ${entries.length} tags. The maximum is 50.`);
    }
    for (const [name, value] of entries) {
      if (name.length === 0 || name.length > 512 || /[<>%&\\?/]/.test(name)) {
        messages.push(
          `The tag name '${name}' is invalid: 1 to 512 characters, none of '<,>,%,&,\\,?,/'.`,
        );
      }
      if (typeof value === "string" && value.length > 256) {
        messages.push(
          `The value of tag '${name}' has ${value.length} characters. The maximum is 256.`,
        );
      }
    }
    return messages;
  },
};

/** Said of the names of a subscription's predefined tags; whether it is held for others too is not documented. */
export const reservedTagNames: Rule = {
  id: "TAGS-RESERVED",
  grade: "A",
  warns: true,
  code: "InvalidTag",
  check: (put) =>
    Object.keys(tagsOf(put))
      .filter((name) => /^(microsoft|azure|windows)/i.test(name))
      .map(
        (name) =>
          `The tag name '${name}' begins with 'microsoft', 'azure' or 'windows', which Azure keeps for itself.`,
      ),
};

export const tagNamesUnique: Rule = {
  id: "TAGS-DUP",
  grade: "U",
  code: "InvalidTag",
  check: (put) =>
    repeatedNames(Object.keys(tagsOf(put)).map((name) => ({ name }))).map(
      (name) => `The tag name '${name}' is given twice: the case of a tag's name does not count.`,
    ),
};

/** What Azure asks of the tags of any resource. */
export const tagRules: Rule[] = [tags, reservedTagNames, tagNamesUnique];

/** DNS keeps tags in a place of its own. */
export const dnsTagCount: Rule = {
  id: "DNS-TAGS-15",
  grade: "B",
  code: "BadRequest",
  check: (put) =>
    Object.keys(tagsOf(put)).length > 15
      ? [
          "The resource tags are invalid. A maximum of 15 tags are allowed with keys no longer than 512 and values no " +
            "longer than 256 characters.",
        ]
      : [],
};

/** Said of public DNS zones; private ones were seen to drop such tags without a word. */
export const dnsTagNames: Rule = {
  id: "DNS-TAG-NAME",
  grade: "A",
  warns: true,
  code: "BadRequest",
  check: (put) =>
    Object.keys(tagsOf(put))
      .filter((name) => /^\d|[\s():]|[^\x20-\x7e]/.test(name))
      .map(
        (name) =>
          `The tag name '${name}' begins with a digit or holds a blank, a parenthesis, a colon or a character outside ` +
          "ASCII: DNS zones do not keep such a tag.",
      ),
};

/** What Azure asks of the tags of DNS zones and their links. */
export const dnsTagRules: Rule[] = [...tagRules, dnsTagCount, dnsTagNames];
