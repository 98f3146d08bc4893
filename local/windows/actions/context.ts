import type { Logon } from "../accounts";
import type { Machine } from "../machine";

/** What an action runs with. */
export interface ActionContext {
  machine: Machine;
  logon: Logon;
  /** Called between two changes; throws where the session has ended, so that a cut session leaves the work half done. */
  checkpoint(): void;
}

/** One action of the guest contract. */
export type Action<Request, Report> = (context: ActionContext, request: Request) => Promise<Report>;
