import type { Screen } from "./context";

/** Shows how far work on many things of one kind has come. */
export interface Count {
  /** One more is done. In a terminal the line is redrawn; else a line is written at each tenth. */
  add(): void;
  /** Writes a line of its own, with the count out of the way. */
  say(line: string): void;
  /** Takes the count away. */
  end(): void;
}

/** Starts to count, such as `machines asked`. */
export function showCount(screen: Screen, total: number, what: string): Count {
  const isLive = screen.isTTY === true;
  let done = 0;
  const text = () => `${done} of ${total} ${what}`;
  const clear = () => {
    if (isLive) screen.write("\r\u001b[K");
  };
  const draw = () => {
    if (isLive) screen.write(text());
  };
  draw();
  return {
    add() {
      done++;
      clear();
      draw();
      const tenth = (count: number) => Math.floor((count * 10) / total);
      if (!isLive && total >= 10 && tenth(done) > tenth(done - 1)) screen.write(`${text()}\n`);
    },
    say(line) {
      clear();
      screen.write(`${line}\n`);
      draw();
    },
    end: clear,
  };
}
