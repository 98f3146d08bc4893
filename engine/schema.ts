/**
 * Prints the schema of the components, which is what other Pulumi languages see of them. It is `pulumi package get-schema`,
 * called from an empty folder: the CLI refuses to work in one that is a program (`Pulumi.yaml`) and a plugin
 * (`PulumiPlugin.yaml`) at once, as the root of this project is.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { engineEnvironment, getEngine } from "./index";
import { runCommand } from "./runCommand";

async function main(): Promise<void> {
  const engine = await getEngine();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-schema-"));
  try {
    const environment = {
      ...process.env,
      ...engineEnvironment(engine),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_HOME: path.join(folder, "home"),
    };
    const root = path.resolve(__dirname, "..");
    const result = await runCommand("pulumi", ["package", "get-schema", root], {
      cwd: folder,
      environment,
    });
    process.stdout.write(result.stdout);
    process.stderr.write(result.stderr);
    process.exitCode = result.code ?? 1;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
