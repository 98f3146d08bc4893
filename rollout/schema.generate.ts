/** Writes `rollout.schema.json`: run it after a change of what rollout.yaml looks like (`npm run schema:rollout`). */
import * as fs from "node:fs";
import * as path from "node:path";
import { rolloutSchema } from "./plan/rolloutSchema";

/** Where the schema is, for editors. */
export const schemaFile = path.join(__dirname, "rollout.schema.json");

/** The file's text. */
export function schemaText(): string {
  return `${JSON.stringify(rolloutSchema(), undefined, 2)}\n`;
}

if (require.main === module) fs.writeFileSync(schemaFile, schemaText());
