import * as fs from "node:fs";
import * as path from "node:path";
import {
  ConcurrentUpdateError,
  Stack as EngineStack,
  StackNotFoundError,
} from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { openPulumi } from "../engine/pulumi";
import { reasonOf } from "../lab/engineText";
import { writeAtomically } from "./journal";
import { recordStack, type StageRecord } from "./plan/record";
import { openWorkspace } from "../lab/workspace";
import { StageError, StageUnknownError, type Stage } from "./stage";

const nothing: StageRecord = { version: 1, approvals: [] };

/**
 * What is kept of a stage: the outputs of a second stack, `STACK-rollout`, of the same project in the same backend. An empty record
 * where there is none. Throws a {@link StageUnknownError} where the backend does not answer.
 */
export async function readRecord(stage: Stage): Promise<StageRecord> {
  const { folder, environment } = recordProject(stage);
  const name = recordStack(stage.definition.stack);
  try {
    const args = ["stack", "output", "--json", "--stack", name];
    const text = await openPulumi(environment, folder).run(args);
    return (JSON.parse(text) as { record?: StageRecord }).record ?? nothing;
  } catch (error) {
    const { message } = error as Error;
    if (/no stack named/.test(message)) return nothing;
    throw new StageUnknownError(stage.name, reasonOf(error as Error));
  }
}

/** Inline programs of one process share what the SDK keeps for a program: one at a time. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Changes the record, from what it is now, and returns what it has become. The engine's lock guards the update; an update of
 * somebody else's that is under way is waited for. Throws a `StageError` with the reason where it cannot be written.
 */
export function changeRecord(
  stage: Stage,
  change: (record: StageRecord) => StageRecord,
): Promise<StageRecord> {
  const done = turn.then(async () => {
    for (let tries = 0; ; tries += 1) {
      const record = change(await readRecord(stage));
      try {
        await writeRecord(stage, record);
        return record;
      } catch (error) {
        if (!(error instanceof ConcurrentUpdateError) || tries >= mostTries) {
          throw notWritten(stage, error as Error);
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
      }
    }
  });
  turn = done.catch(() => {});
  return done;
}

/** The engine's message has all that it said meanwhile. */
export function notWritten(
  { name, definition }: Pick<Stage, "name" | "definition">,
  error: Error,
): StageError {
  const where = recordStack(definition.stack);
  return new StageError(
    name,
    `its record, the stack ${where}, cannot be written: ${reasonOf(error)}`,
  );
}

const mostTries = 30;
const pauseMilliseconds = 1_000;

async function writeRecord(stage: Stage, record: StageRecord): Promise<void> {
  const { folder, environment } = recordProject(stage);
  const name = recordStack(stage.definition.stack);
  const workspace = await openWorkspace(folder, environment);
  const stack = await EngineStack.select(name, workspace);
  const write = () =>
    stack.up({ program: () => Promise.resolve({ record }), suppressProgress: true });
  try {
    await write();
  } catch (error) {
    if (!(error instanceof StackNotFoundError)) throw error;
    await workspace.createStack(name);
    await write();
  }
}

/**
 * A project of the same name in a folder of its own, so that the stack's configuration file does not come to lie beside the user's.
 * Nothing in a record is secret: in a backend that leaves the encryption to us, its passphrase is empty, whatever the stage's is.
 */
function recordProject(stage: Stage): { folder: string; environment: NodeJS.ProcessEnv } {
  const folder = path.join(stage.project, ".peerlab", "rollout", "record");
  fs.mkdirSync(folder, { recursive: true });
  const { backend } = parse(fs.readFileSync(path.join(stage.project, "Pulumi.yaml"), "utf8")) as {
    backend?: unknown;
  };
  const own = { name: stage.projectName, runtime: "nodejs", ...(backend ? { backend } : {}) };
  const [file, text] = [path.join(folder, "Pulumi.yaml"), stringify(own)];
  if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) writeAtomically(file, text);
  return {
    folder,
    environment: {
      ...stage.environment,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
      // The key stands in the state, too: another computer has no file that says it again.
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    },
  };
}
