import * as fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { isMap, parseDocument } from "yaml";
import { writeAtomically } from "./journal";
import type { RingDefinition } from "./plan/definition";
import type { Inputs } from "./plan/record";
import type { Stage } from "./stage";

/**
 * The stage's configuration with the rings that rollout.yaml gives it, as text: comments and everything else stay. Undefined where
 * the stack's own configuration decides, or says the same.
 */
export function withRings(
  text: string,
  projectName: string,
  rings: RingDefinition[] | undefined,
): string | undefined {
  if (rings === undefined) return undefined;
  const document = parseDocument(text);
  const path = ["config", `${projectName}:rings`];
  const plain = JSON.parse(JSON.stringify(rings)) as RingDefinition[];
  const { config } = (document.toJS() ?? {}) as { config?: Record<string, unknown> };
  if (isDeepStrictEqual(config?.[path[1]], plain)) return undefined;
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  document.setIn(path, document.createNode(plain));
  return document.toString({ lineWidth: 0 });
}

/** Everything that decides what an update by a rollout does: with the rings that it would write first. */
export async function wantedInputs(stage: Stage): Promise<Inputs> {
  const inputs = await stage.inputs();
  const { projectName, definition } = stage;
  const configuration = withRings(inputs.configuration, projectName, definition.rings);
  return configuration === undefined ? inputs : { ...inputs, configuration };
}

/** Writes the rings that rollout.yaml gives the stage into the stack's configuration file, and says so in a line. */
export function writeRings(stage: Stage, report: (message: string) => void): void {
  const { configurationFile: file, projectName, definition } = stage;
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  const changed = withRings(text, projectName, definition.rings);
  if (changed === undefined) return;
  writeAtomically(file, changed);
  report(`wrote its rings into ${file} (${projectName}:rings)`);
}
