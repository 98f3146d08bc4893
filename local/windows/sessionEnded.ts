/** The session was cut or the machine stopped: what ran in it ran only so far. */
export class SessionEnded extends Error {
  constructor() {
    super("The session has ended.");
    this.name = "SessionEnded";
  }
}
