import { createInterface } from "node:readline/promises";

/** Stages of a wave ask one after the other. */
let turn: Promise<unknown> = Promise.resolve();

/** Asks the person at the terminal, on standard error. Empty where the question was not answered before the signal. */
export function ask(question: string, signal: AbortSignal): Promise<string> {
  const answer = turn.then(async () => {
    if (signal.aborted) return "";
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await terminal.question(question, { signal })).trim();
    } catch (error) {
      if (signal.aborted) return "";
      throw error;
    } finally {
      terminal.close();
    }
  });
  turn = answer.catch(() => {});
  return answer;
}
