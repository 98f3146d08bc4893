import type { Results } from "./results";
import { spread } from "./table";
import { targetsOf } from "./targets";

/** The targets for a terminal, a line each. */
export function formatTargets(results: Results): string {
  return targetsOf(results)
    .map(({ what, atMost, measured, isMet }) => {
      const verdict = isMet === undefined ? "not measured" : isMet ? "met" : "NOT met";
      const figure = measured ? `${spread(measured, 2)}, ` : "";
      return `${what}: ${figure}at most ${atMost}: ${verdict}`;
    })
    .join("\n");
}
