import * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import type { ListenersReport, StartPeerListenerReport } from "../guest/contract";
import { detached, unlessFailed } from "./failedResources";
import { answerOf } from "./guestSteps";
import type { Lean } from "./leanResource";
import { asPlain, together } from "./outputs";
import { outlastTests } from "./plan/proof";
import type { StepListeners } from "./stepListeners";

/** What a machine said when its listeners were opened. */
export type OpenListeners = Pick<StartPeerListenerReport, "ports">;

/** No answer of the contract. */
const failed = "failed";

/** Whether a machine's own step has opened listeners on all of these ports in this update, for long enough. */
export function areOpen(
  { wanted, ageSeconds }: StepListeners,
  report: ListenersReport | undefined,
  ports: readonly number[],
  machines: number,
  settleSeconds: number,
): boolean {
  const age = ageSeconds();
  if (age === undefined || report?.ports === undefined) return false;
  const open = report.ports.map(({ port }) => port);
  if (!ports.every((port) => open.includes(port))) return false;
  return outlastTests({ seconds: wanted.seconds, ageSeconds: age }, machines, settleSeconds);
}

/**
 * What the listener's step answered; where it had no command, what the machine's own step did. Undefined where it failed: then nobody
 * listens for this proof, whatever the machine's own step has said.
 */
export function openedOn(
  listener: Lean<remote.Command> | undefined,
  own: StepListeners | undefined,
): pulumi.Output<OpenListeners | undefined> {
  const none = pulumi.output<OpenListeners | undefined>(undefined);
  if (!listener) return none as pulumi.Output<OpenListeners | undefined>;
  const answer = asPlain(
    detached(
      unlessFailed(
        listener.stdout.apply((stdout) => stdout ?? ""),
        failed,
      ),
    ),
  );
  return together([answer, own?.report ?? pulumi.output(undefined)]).apply(
    ([stdout, report]): OpenListeners | undefined => {
      if (stdout === failed) return undefined;
      if (stdout.trim() !== "") return answerOf<StartPeerListenerReport>(stdout);
      return report?.ports && { ports: report.ports };
    },
  );
}
