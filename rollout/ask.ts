import type { RolloutContext } from "./context";

/** Stages of a wave ask one after the other. */
let turn: Promise<unknown> = Promise.resolve();

/** Asks the person at the terminal when nobody else does. Empty where she was not asked, or is not to answer any more. */
export function askInTurn(
  { ask, signal }: Pick<RolloutContext, "ask" | "signal">,
  question: string,
): Promise<string> {
  const answer = turn.then(async () => {
    if (signal.aborted) return "";
    try {
      return await ask(question);
    } catch (error) {
      if (signal.aborted) return "";
      throw error;
    }
  });
  turn = answer.catch(() => {});
  return answer;
}
