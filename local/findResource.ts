import { readAzureState } from "./azure";
import type { Azure } from "./azure/arm/azure";
import { idOf } from "./azure/handlers/target";
import { isServedResource } from "./azure/served";
import { resourceTypes } from "./azure/types";
import type { Properties } from "./provider";

/**
 * Looks up the ids of Azure resources by what a program declared of them: a type token and its inputs. The answer is the
 * ARM id where the resource exists in the stand-in's state in `directory`, whoever made it.
 */
export function openResourceFinder(
  directory: string,
): (token: string, inputs: Record<string, unknown>) => string | undefined {
  const ids = new Map(
    readAzureState(directory).resources.map(({ id }) => [belowSubscription(id), id]),
  );
  return (token, inputs) => {
    const type = isServedResource(token) ? resourceTypes.get(token) : undefined;
    if (!type) return undefined;
    const anySubscription = { subscription: "" } as Azure;
    return ids.get(belowSubscription(idOf(type, inputs as Properties, anySubscription)));
  };
}

/** Azure compares ids without case; the stand-in has but one subscription. */
function belowSubscription(id: string): string {
  return id.replace(/^\/subscriptions\/[^/]*/i, "").toLowerCase();
}
