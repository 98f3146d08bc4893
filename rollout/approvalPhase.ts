import { askInTurn } from "./ask";
import { interrupted, judged, passed, type PhaseContext, type PhaseResult } from "./phase";
import { approvalFor, approvalMissing, freshnessFindings, mayApprove } from "./plan/gates";
import { rolloutCall } from "./plan/call";
import { changeRecord } from "./record";

/** Holds the last success of the stages before against the stage's window. */
export function freshnessPhase({ before, stage, context }: PhaseContext): Promise<PhaseResult> {
  const { freshnessSeconds } = stage.definition.gates;
  return Promise.resolve(judged(freshnessFindings(before, freshnessSeconds, context.now())));
}

/**
 * Looks for an approval of exactly these inputs. A person at the terminal is asked, and hers is recorded; else the stage waits, and the
 * rollout says how it is given.
 */
export async function approvalPhase(phase: PhaseContext): Promise<PhaseResult> {
  const { context, stage, record, inputsDigest } = phase;
  const gate = stage.definition.gates.approval;
  if (!gate || approvalFor(record, inputsDigest, gate, context.now())) return passed;
  const missing = approvalMissing(record, inputsDigest, gate, context.now());
  const approve = rolloutCall(`approve ${stage.name} --by NAME`, context.options);
  const detail = `${missing}: ${approve}, then up --resume`;
  if (!context.interactive) return { outcome: "waiting", detail };
  context.emit({ kind: "stage", stage: stage.name, standing: "waiting", phase: "approval" });
  const by = await askInTurn(
    context,
    `Stage ${stage.name} ${missing}.\nWho approves exactly this? A name, or nothing to let it wait: `,
  );
  if (context.signal.aborted) return interrupted("approval");
  if (by === "") return { outcome: "waiting", detail };
  if (!mayApprove(by, gate)) {
    return { outcome: "waiting", detail: `${JSON.stringify(by)} may not approve; it ${detail}` };
  }
  const at = context.now().toISOString();
  await changeRecord(stage, (now) => ({
    ...now,
    approvals: [...now.approvals, { by, inputsDigest, at }],
  }));
  return passed;
}

/** Asks whether the update is wanted where nobody has to approve it, at a terminal. */
export async function confirmUpdate({ context, stage }: PhaseContext): Promise<PhaseResult> {
  if (!context.interactive || stage.definition.gates.approval) return passed;
  const answer = await askInTurn(context, `Update stage ${stage.name} as planned? yes, or no: `);
  if (context.signal.aborted) return interrupted("update");
  if (/^y(es)?$/i.test(answer)) return passed;
  return { outcome: "waiting", detail: "its update was not wanted now; up --resume asks again" };
}
