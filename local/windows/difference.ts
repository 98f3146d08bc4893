/** Something about a machine that is not as wanted. */
export interface Difference {
  /** What it is, one phrase. */
  drift: string;
  /** What putting it right did, one phrase. */
  changed: string;
  /** Puts it right; returns phrases for what that took besides. */
  repair(): string[] | void;
}
