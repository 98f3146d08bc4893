import type { StateResource } from "./stack";

/** Until when a lab is wanted: its tag `expires`. */
export interface Expiry {
  /** The tag's text; empty where there is none. */
  expires: string;
  state: "none" | "valid" | "expired" | "unreadable";
}

/** Reads the tag `expires` of the stack's resource groups, else of its machines: a date, which ends with its day in UTC, or a time. */
export function expiryOf(resources: readonly StateResource[], now: Date): Expiry {
  const tagsOf = (type: string) =>
    resources
      .filter((resource) => resource.type === type)
      .map(({ inputs }) => (inputs?.tags as Record<string, unknown> | undefined)?.expires)
      .filter((tag): tag is string => typeof tag === "string" && tag !== "");
  const [tag = ""] = [
    ...tagsOf("azure-native:resources:ResourceGroup"),
    ...tagsOf("azure-native:compute:VirtualMachine"),
  ];
  // A date that stands in a YAML file without quotes reaches Azure in Go's words.
  const expires = tag.replace(/^(\d{4}-\d\d-\d\d) 00:00:00 \+0000 UTC$/, "$1");
  if (expires === "") return { expires, state: "none" };
  const end = Date.parse(/^\d{4}-\d\d-\d\d$/.test(expires) ? `${expires}T23:59:59.999Z` : expires);
  if (Number.isNaN(end)) return { expires, state: "unreadable" };
  return { expires, state: end < now.getTime() ? "expired" : "valid" };
}
