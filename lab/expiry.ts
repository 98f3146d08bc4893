import { codePoints } from "../components/plan/identity";
import type { StateResource } from "./stack";

/** Until when a lab is wanted, as its tag `expires` says. Nothing is deleted by it. */
export interface Expiry {
  /** The tag's value; empty where there is none. */
  expires: string;
  /** `unreadable` where the tag is no ISO 8601 date or date-time. */
  state: "none" | "valid" | "expired" | "unreadable";
}

/**
 * Reads the tag `expires` of the stack's resource groups, else of its machines; of several the one that ends first, and one that
 * cannot be read before all.
 */
export function expiryOf(resources: readonly StateResource[], now: Date): Expiry {
  for (const type of [
    "azure-native:resources:ResourceGroup",
    "azure-native:compute:VirtualMachine",
  ]) {
    const found = resources.filter((one) => one.type === type).map(tagOf);
    const values = [...new Set(found)].filter((value): value is string => value !== undefined);
    const unreadable = values.sort(codePoints).find((value) => endOf(value) === undefined);
    if (unreadable !== undefined) return { expires: unreadable, state: "unreadable" };
    const [first] = values.sort((one, other) => +endOf(one)! - +endOf(other)!);
    if (first === undefined) continue;
    return { expires: first, state: endOf(first)! < now ? "expired" : "valid" };
  }
  return { expires: "", state: "none" };
}

/**
 * The last moment of a date (its end of day, UTC), or the moment of a date-time, which is in UTC where it names no zone. Undefined
 * where the text is neither.
 */
export function endOf(expires: string): Date | undefined {
  const found =
    /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})?)?$/.exec(expires);
  if (!found) return undefined;
  const [, date, time, , , zone] = found;
  const day = new Date(`${date}T00:00:00Z`);
  // A day that there is not, such as 31 February, becomes another one.
  if (Number.isNaN(+day) || day.toISOString().slice(0, 10) !== date) return undefined;
  if (time === undefined) return new Date(+day + 24 * 3_600_000 - 1);
  const moment = new Date(zone ? expires : `${expires}Z`);
  return Number.isNaN(+moment) ? undefined : moment;
}

function tagOf({ inputs, outputs }: StateResource): string | undefined {
  const { expires } = ((outputs?.tags ?? inputs?.tags ?? {}) as { expires?: unknown }) ?? {};
  if (typeof expires !== "string" || expires === "") return undefined;
  // A date that stands in a YAML file without quotes reaches Azure in Go's words.
  return expires.replace(/^(\d{4}-\d{2}-\d{2}) 00:00:00 \+0000 UTC$/, "$1");
}
