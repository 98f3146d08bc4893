import type { Fault } from "../interfaces";
import type { JournalEntry } from "../journal";
import type { Machine } from "./machine";

type Moment = NonNullable<Fault["moment"]>;

/**
 * The cut connection or the restart that is due for one remote step, if any. The result is called at each moment of the
 * step, and says whether the session ends there; a restart has then happened already, and a cut is left to the caller.
 */
export function interruptionOf(
  machine: Machine,
  kind: JournalEntry["kind"],
  what: string,
): (moment: Moment) => boolean {
  const { faults, journal } = machine.environment;
  const { computerName } = machine.record;
  const subject = `${computerName} ${what}`;
  let fault = faults.take("dropConnection", subject) ?? faults.take("reboot", subject);
  return (moment) => {
    if (!fault || (fault.moment ?? "before") !== moment) return false;
    const restarts = fault.kind === "reboot";
    fault = undefined;
    journal.write({
      kind,
      subject: computerName,
      what,
      outcome: restarts ? "restarted" : "cut",
      detail: moment,
    });
    if (restarts) machine.reboot();
    return true;
  };
}
