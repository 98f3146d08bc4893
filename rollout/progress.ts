/** Shows a rollout to whoever watches: a table that is redrawn in a terminal, else a line for each change. */
import * as readline from "node:readline/promises";
import type { RolloutEvent } from "./plan/progress";
import { lineOf, stillLines } from "./plan/progressLines";
import { tableLines } from "./plan/progressTable";
import { after, nothingYet, type RolloutView } from "./plan/view";

/** What is written to: standard error, or what stands for it in a test. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

export interface ProgressOptions {
  screen: Screen;
  environment: Readonly<Record<string, string | undefined>>;
  now(): Date;
}

export interface Progress {
  /** How all stands by now. */
  readonly view: RolloutView;
  tell(event: RolloutEvent): void;
  /** A line that is no event. */
  say(text: string): void;
  /** Asks the person at the terminal, with the table out of the way; what she answers, without spaces around it; empty after the signal. */
  ask(question: string, signal: AbortSignal): Promise<string>;
  /** What is done every second: the table's times, and in plain lines what still goes on after a minute without any. */
  tick(): void;
  /** Ends the ticking. The table stays as it is. */
  end(): void;
}

const minute = 60_000;

/** Starts to show. Redraws itself until `end`. */
export function showProgress({ screen, environment, now }: ProgressOptions): Progress {
  const isLive = isRedrawn(screen, environment);
  const color = isLive && !environment.NO_COLOR;
  let view = nothingYet;
  let drawn = 0;
  let asking = false;
  let lastSaid = now().getTime();

  const clear = () => {
    if (drawn > 0) screen.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const draw = () => {
    if (!isLive || asking) return;
    clear();
    // A terminal that does not know its size says 0.
    const style = { width: screen.columns || 80, height: (screen.rows || 24) - 2, color };
    const lines = tableLines(view, now(), style);
    if (lines.length > 0) screen.write(`${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const say = (text: string) => {
    clear();
    screen.write(`${text}\n`);
    lastSaid = now().getTime();
    draw();
  };
  const timer = setInterval(tick, 1000);
  timer.unref();

  function tick(): void {
    if (isLive) return draw();
    if (now().getTime() - lastSaid < minute) return;
    const lines = stillLines(view, now());
    if (lines.length > 0) say(lines.join("\n"));
    lastSaid = now().getTime();
  }

  return {
    get view() {
      return view;
    },
    tell(event) {
      const before = view;
      view = after(before, event);
      // In the table, stages and rings have their own lines.
      const isShown = isLive && (event.kind === "stage" || event.kind === "ring");
      const line = isShown ? undefined : lineOf(event, before, view);
      if (line === undefined) draw();
      else say(line);
    },
    say,
    async ask(question, signal) {
      clear();
      asking = true;
      const terminal = readline.createInterface({ input: process.stdin, output: process.stderr });
      try {
        return (await terminal.question(question, { signal })).trim();
      } catch (error) {
        if (signal.aborted) return "";
        throw error;
      } finally {
        terminal.close();
        asking = false;
        draw();
      }
    },
    tick,
    end() {
      clearInterval(timer);
    },
  };
}

/** A terminal that can be redrawn, and that no pipeline records. */
function isRedrawn(
  { isTTY }: Screen,
  { CI, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  return isTTY === true && !CI && TERM !== "dumb";
}
