import * as fs from "node:fs";
import { heldGroupFacts } from "./group/connection";
import { countHolderAttempts, holderRunsSince } from "./holder";
import type { Machine } from "./machine";

/** The clock of all machines: the computer's own, ahead by what was let pass. Milliseconds. */
export interface Time {
  now(): number;
  /** How far it is ahead of the computer's own. */
  ahead(): number;
  advance(milliseconds: number): void;
}

/** Opens the clock, which is as far ahead as it was when the same file was last used. */
export function openTime(file: string, own: () => number): Time {
  let ahead = fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : 0;
  return {
    now: () => own() + ahead,
    ahead: () => ahead,
    advance(milliseconds) {
      ahead += milliseconds;
      fs.writeFileSync(file, String(ahead));
    },
  };
}

/** A quarter of the shortest lifetime that a member's credential can have: holders renew at half of it. */
const step = 2 * 3_600_000;

/** Moves the clock ahead, and has every machine do on the way what was due: restarts, repetitions, renewals. */
export function letTimePass(
  time: Time,
  machines: () => readonly Machine[],
  milliseconds: number,
): void {
  for (let left = milliseconds; left > 0; left -= step) {
    time.advance(Math.min(left, step));
    for (const machine of machines()) {
      if (!machine.isUp()) continue;
      countHolderAttempts(machine);
      holderRunsSince(machine);
      heldGroupFacts(machine);
    }
  }
}
