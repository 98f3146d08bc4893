import { oneOf, received } from "../components/plan/findings";
import { UsageError } from "./arguments";
import { askInTurn } from "./ask";
import { exitCodes, type ExitCode, type RolloutContext } from "./context";
import { inputsDigest, mayApprove } from "./plan/gates";
import { changeRecord } from "./record";
import { wantedInputs } from "./stageRings";
import { openStage } from "./stage";

/** `rollout approve`: records who agrees to exactly the inputs that are there now. */
export async function runApprove(context: RolloutContext): Promise<ExitCode> {
  const name = context.options.stage as string;
  const gate = context.definition.stages[name].gates.approval;
  if (!gate) {
    throw new UsageError(`Stage ${name} has no gate approval, so there is nothing to approve.`);
  }
  const by =
    context.options.by ?? (await askInTurn(context, `Who approves stage ${name}? A name: `));
  if (by === "") throw new UsageError(`Who approves stage ${name}? --by NAME says it.`);
  if (!mayApprove(by, gate)) {
    const who = gate.approvers.length > 0 ? `; ${oneOf(gate.approvers)} may` : "";
    throw new Error(
      `stages.${name}.gates.approval.approvers: ${received(by)} may not approve${who}.`,
    );
  }
  const stage = await openStage(context, name);
  const digest = inputsDigest(await wantedInputs(stage));
  const at = context.now().toISOString();
  await changeRecord(stage, (record) => ({
    ...record,
    approvals: [...record.approvals, { by, inputsDigest: digest, at }].slice(-mostApprovals),
  }));
  context.report(
    `Recorded: ${by} approves what stage ${name} is to be now (inputs ${digest.slice(0, 12)}).`,
  );
  return exitCodes.done;
}

/** How many are kept. */
const mostApprovals = 20;
