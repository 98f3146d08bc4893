/** What becomes of an update whose proof fails. */
export const WhenFailed = {
  /** The update fails. */
  Fail: "fail",
  /** The update warns and goes on. */
  Warn: "warn",
} as const;
export type WhenFailed = (typeof WhenFailed)[keyof typeof WhenFailed];
