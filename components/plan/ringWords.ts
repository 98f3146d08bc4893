/**
 * Why what comes after a ring waits, in words; empty where the ring is healthy. `waiting` are the rings after it: after the last one
 * only what is no longer wanted would go.
 */
export function ringUnhealthy(
  lab: string,
  ring: string,
  waiting: readonly string[],
  failures: readonly string[],
): string {
  const said = [...new Set(failures)];
  if (said.length === 0) return "";
  const count = said.length === 1 ? "one failure" : `${said.length} failures`;
  const consequence =
    waiting.length === 0
      ? "what is no longer wanted stays"
      : waiting.length === 1
        ? `ring ${waiting[0]} waits`
        : `rings ${waiting.slice(0, -1).join(", ")} and ${waiting.at(-1)} wait`;
  const lines = said.map((failure) => `  ${failure}`).join("\n");
  return `PeerLab ${lab}: ring ${ring} is not healthy (${count}); ${consequence}:\n${lines}`;
}
