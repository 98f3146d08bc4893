import type { PresenceState } from "../../../guest/contract";

/** What is held with the added: in place of the same service, peer name or group, and after the rest. */
export function addedTo(held: PresenceState, added: PresenceState): PresenceState {
  const merged = <T>(before: T[], now: T[], isSame: (one: T, other: T) => boolean) => {
    const left = [...now];
    const kept = before.flatMap((item) => {
      const index = left.findIndex((other) => isSame(item, other));
      if (index !== -1) return left.splice(index, 1);
      return now.some((other) => isSame(item, other)) ? [] : [item];
    });
    return [...kept, ...left];
  };
  return {
    names: merged(
      held.names,
      added.names,
      (one, other) => one.service === other.service || one.peerName === other.peerName,
    ),
    groups: merged(
      held.groups,
      added.groups,
      (one, other) => one.group === other.group && one.identity === other.identity,
    ),
  };
}
