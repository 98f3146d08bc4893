import { at, received, type Finding } from "../findings";
import { rule, type Mistake } from "./rule";
import { sources } from "./sources";

/** Tags as plain values; a value that is known only later is left out. */
export type Tags = Readonly<Record<string, string | undefined>>;

/** How many tags a resource may have: 50. */
export const tagCount = rule({ id: "TAGS", source: sources.tags }, (_path, tags: Tags) => {
  const count = Object.keys(tags).length;
  return count > 50 ? [`are ${count}; a resource has 50 tags at most`] : [];
});

/** What the names of tags may be: 1 to 512 characters, each once whatever its case. */
export const tagNames = rule(
  { id: "TAG-NAME", source: sources.tags },
  (path, tags: Tags): Mistake[] => {
    const seen = new Map<string, string>();
    return Object.keys(tags).flatMap((name): Mistake[] => {
      const here = at(path, name);
      const mistakes: Mistake[] = [];
      if (name.trim() === "" || name.length > 512) {
        const reason = `has ${name.length} characters; the name of a tag has 1 to 512, not all of them spaces`;
        mistakes.push({ path: here, reason });
      }
      if (/[<>%&\\?/]/.test(name)) {
        const reason = `is the tag ${received(name)}; the name of a tag may hold none of < > % & \\ ? /`;
        mistakes.push({ path: here, reason });
      }
      const earlier = seen.get(name.toLowerCase());
      if (earlier !== undefined) {
        const reason = `is the tag ${received(name)}, the same as ${received(earlier)}; each tag once (case does not count)`;
        mistakes.push({ path: here, reason });
      }
      seen.set(name.toLowerCase(), name);
      return mistakes;
    });
  },
);

const reservedPrefixes = ["microsoft", "azure", "windows"];

/** Prefixes that are Microsoft's, by the page on tags of a subscription; whether Azure holds to it for resources is open. */
export const tagNamesReserved = rule(
  {
    id: "TAGS-RESERVED",
    source: "Azure REST, Tags - Create Or Update",
    severity: "warning",
  },
  (path, tags: Tags) =>
    Object.keys(tags).flatMap((name) => {
      const prefix = reservedPrefixes.find((one) => name.toLowerCase().startsWith(one));
      if (prefix === undefined) return [];
      const reason = `is the tag ${received(name)}; names that begin with ${prefix} are reserved for Microsoft, and Azure may refuse it`;
      return [{ path: at(path, name), reason }];
    }),
);

/** How long the values of tags may be: 256 characters. */
export const tagValues = rule({ id: "TAG-VALUE", source: sources.tags }, (path, tags: Tags) =>
  Object.entries(tags).flatMap(([name, value]) =>
    (value?.length ?? 0) > 256
      ? [
          {
            path: at(path, name),
            reason: `has ${value?.length} characters; the value of a tag has 256 at most`,
          },
        ]
      : [],
  ),
);

/** A private DNS zone and its links have 15 tags at most. */
export const privateZoneTagCount = rule(
  { id: "TAGS-PRIVATE-ZONE", source: sources.tags },
  (_path, tags: Tags) => {
    const count = Object.keys(tags).length;
    return count > 15 && count <= 50
      ? [`are ${count}; the lab's private DNS zone takes 15 tags at most`]
      : [];
  },
);

/** What the names of a private DNS zone's tags may be. Other special characters of ASCII are not named, and left to Azure. */
export const privateZoneTagNames = rule(
  { id: "TAG-NAME-PRIVATE-ZONE", source: sources.tags },
  (path, tags: Tags) =>
    Object.keys(tags).flatMap((name) =>
      /^[0-9]|[ ():]|[^\x20-\x7e]/.test(name)
        ? [
            {
              path: at(path, name),
              reason: `is the tag ${received(name)}; a tag of the lab's private DNS zone begins with no digit and holds ASCII without spaces, parentheses and colons`,
            },
          ]
        : [],
    ),
);

/** All that holds for the tags of any resource. */
export function checkTags(path: string, tags: Tags): Finding[] {
  return [
    ...tagCount(path, tags),
    ...tagNames(path, tags),
    ...tagNamesReserved(path, tags),
    ...tagValues(path, tags),
  ];
}
