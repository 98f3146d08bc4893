import type { PresenceFacts } from "../../../guest/contract";
import { readPresence } from "../holder";
import type { Machine } from "../machine";

/**
 * Whether everything that the machine's holder is to hold is held: its names registered, its groups connected. A group also
 * where it listens and knows no other member whose credential still holds; one that does not even know itself, because it
 * never synchronised, waits for the others.
 */
export function isSettled(machine: Machine, { names, groups }: PresenceFacts): boolean {
  const wanted = readPresence(machine)?.groups ?? [];
  const isAlone = (index: number) => {
    const { members } = groups[index]!;
    const others = members.filter(
      ({ peerName, expires }) =>
        peerName !== wanted[index]?.identity && Date.parse(expires) > machine.now(),
    );
    return members.length > 0 && others.length === 0;
  };
  return (
    names.every(({ state }) => state === "registered") &&
    groups.every(
      ({ state }, index) => state === "connected" || (state === "listening" && isAlone(index)),
    )
  );
}
