import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { Provider, type ProviderArgs } from "@pulumi/azure-native/provider";
import { withTemporaryFolder } from "../engine/temporaryFolder";
import { reasonOf } from "./engineText";

export interface AzureOptions {
  /** The stack's configuration: the settings of azure-native are used as they are for the lab. */
  settings: Readonly<Record<string, string>>;
  /** In which the engine is found. */
  environment: NodeJS.ProcessEnv;
}

const longestMilliseconds = 60_000;

/**
 * Asks Azure what is there now. Only azure-native knows all of the ways in which a user may be logged on to Azure, and
 * only the engine can ask it: so this is the preview of a program that declares nothing but the provider, of a project that is
 * made for it and removed again. The lab's own stack has no part in it.
 */
export async function askAzure(
  question: (provider: Provider) => Promise<void>,
  { settings, environment }: AzureOptions,
): Promise<void> {
  const program = async () => question(new Provider("azure", azureSettings(settings)));
  // The Automation API looks for the command with this process's own variables.
  process.env.PATH = environment.PATH;
  try {
    await withTemporaryFolder("peerlab-azure-", async (workDir) => {
      const stack = await LocalWorkspace.createStack(
        { stackName: "question", projectName: "peerlab-question", program },
        {
          workDir,
          envVars: {
            ...(environment as Record<string, string>),
            PULUMI_BACKEND_URL: `file://${workDir.replaceAll("\\", "/")}`,
            // A preview keeps nothing, so that there is nothing to keep secret.
            PULUMI_CONFIG_PASSPHRASE: "",
          },
        },
      );
      await stack.preview({ signal: AbortSignal.timeout(longestMilliseconds) });
    });
  } catch (error) {
    throw new Error(reasonOf(error as Error));
  }
}

/** The stack's `azure-native:` settings, which are texts or JSON. */
function azureSettings(settings: Readonly<Record<string, string>>): ProviderArgs {
  const own = Object.entries(settings).filter(([key]) => key.startsWith("azure-native:"));
  return Object.fromEntries(
    own.map(([key, value]) => [
      key.slice("azure-native:".length),
      /^(true|false|[[{].*)$/s.test(value) ? JSON.parse(value) : value,
    ]),
  );
}

/** Whether Azure answered that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return /\b404\b|ResourceNotFound|ResourceGroupNotFound/.test((error as Error).message);
}
