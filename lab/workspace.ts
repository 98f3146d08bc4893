import { LocalWorkspace } from "@pulumi/pulumi/automation";

/** A project as the Automation API drives it. Which stack the user has selected there stays as it is: each call names its own. */
export async function openWorkspace(
  workDir: string,
  environment: NodeJS.ProcessEnv,
): Promise<LocalWorkspace> {
  // The Automation API looks for the command with this process's own variables.
  process.env.PATH = environment.PATH;
  const workspace = await LocalWorkspace.create({
    workDir,
    // A variable that is undefined is kept from the engine.
    envVars: environment as Record<string, string>,
  });
  workspace.selectStack = () => Promise.resolve();
  return workspace;
}
