import type { PresenceFacts, PresenceState } from "../../../guest/contract";

/**
 * Whether everything that a machine's holder is to hold is held at a time (milliseconds since 1970): its names registered, its
 * groups connected. A group also where it listens and knows no other member whose credential still holds; one that does not
 * even know itself, because it never synchronised, waits for the others.
 */
export function isSettled(
  { names, groups }: Pick<PresenceFacts, "names" | "groups">,
  wanted: PresenceState | undefined,
  now: number,
): boolean {
  const isAlone = ({ group, members }: PresenceFacts["groups"][number]) => {
    const own = (wanted?.groups ?? []).filter((one) => one.group === group);
    const others = members.filter(
      ({ peerName, expires }) =>
        Date.parse(expires) > now && !own.some(({ identity }) => identity === peerName),
    );
    return members.length > 0 && others.length === 0;
  };
  return (
    names.every(({ state }) => state === "registered") &&
    groups.every(
      (group) => group.state === "connected" || (group.state === "listening" && isAlone(group)),
    )
  );
}
