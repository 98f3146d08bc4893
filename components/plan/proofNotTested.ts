/** What of a machine nobody has tested, since all who would have are left out: nothing is known of it, so it is no failure. */
import type { ProofPlan, ProvedMachine } from "./proofVerdict";

/** Why a machine that is off takes no part; `power` is the state that Azure gives it. */
export function offReason(power: string): string {
  return `${offWords}(${power})`;
}

/** Whether it takes no part because it is off: then somebody can start it. */
export function isLeftOutAsOff({ leftOut }: Pick<ProvedMachine, "leftOut">): boolean {
  return leftOut?.startsWith(offWords) ?? false;
}

const offWords = "it is off ";

/**
 * What nobody tests of a machine that takes part: its ports, and its names, each said of the first of its holders that takes part.
 * A machine that has nobody beside it, and a name that everybody holds, miss nothing.
 */
export function notTestedOf(
  { machine, address, ports = [] }: ProvedMachine,
  all: ReadonlyMap<string, ProvedMachine>,
  { targets, names }: Pick<ProofPlan, "targets" | "names">,
): string[] {
  const testers = [...all.keys()].filter((key) => (targets[key] ?? []).includes(machine));
  const isThere = (key: string) => all.get(key)?.leftOut === undefined;
  const because = (keys: readonly string[]) => {
    const away = keys.flatMap((key) => all.get(key) ?? []);
    const does = away.every(isLeftOutAsOff)
      ? away.length === 1
        ? "is off"
        : "are off"
      : away.length === 1
        ? "takes no part"
        : "take no part";
    return `because ${keys.join(", ")} ${does}`;
  };
  const isMissed = (keys: readonly string[]) => keys.length > 0 && !keys.some(isThere);
  return [
    ...(address !== "" && ports.length > 0 && isMissed(testers)
      ? [`the ports of ${machine}, ${because(testers)}`]
      : []),
    ...names.flatMap(({ peerName, holders, resolvers }) =>
      holders.find(isThere) === machine && isMissed(resolvers)
        ? [`the name ${peerName} of ${machine}, ${because(resolvers)}`]
        : [],
    ),
  ];
}

/** What was not tested, in one sentence; empty where everything was. */
export function notTested(all: readonly string[]): string {
  return all.length === 0 ? "" : `not tested: ${all.join("; ")}`;
}
