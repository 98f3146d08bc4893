export type DiskErrorCode =
  | "NotFound"
  | "AccessDenied"
  | "AlreadyExists"
  | "NotADirectory"
  | "IsADirectory"
  | "NotEmpty"
  | "BadName";

/** What the file system refuses. */
export class DiskError extends Error {
  constructor(
    readonly code: DiskErrorCode,
    readonly path: string,
  ) {
    super(`${code}: ${path}`);
    this.name = "DiskError";
  }
}
