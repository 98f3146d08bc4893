import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { cacheDirectory } from "../engine/platform";
import { lastLines, runCommand } from "../engine/runCommand";

/** Which provider plays `@pulumi/command`: its own plugin, or ours. */
export type CommandProviderKind = "genuine" | "standIn";

export interface CommandProviderChoice {
  kind: CommandProviderKind;
  /** Why, in a few words for the log. */
  reason: string;
}

export interface CommandProviderOptions {
  /** The engine's command. */
  engine: string;
  environment: NodeJS.ProcessEnv;
}

/** Where plugins are downloaded from; asked first, because the engine itself takes ten seconds to see that it cannot. */
const pluginServer = "https://get.pulumi.com";

/** How long the server may take to answer and the download to finish, in milliseconds. */
const answerTimeout = 3_000;
const downloadTimeout = 60_000;

/** Pulumi's home for plugins, shared by all directories of the stand-in. */
export function pluginHome(environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(cacheDirectory(environment), "pulumi");
}

/**
 * Chooses the genuine plugin where it is installed for the user or can be downloaded at once, else the stand-in. The
 * plugin is of the version of the npm package, and afterwards lies in {@link pluginHome}.
 */
export async function chooseCommandProvider(
  options: CommandProviderOptions,
): Promise<CommandProviderChoice> {
  const { version } = packageManifest();
  const folder = `resource-command-v${version}`;
  const own = path.join(pluginHome(options.environment), "plugins", folder);
  if (isInstalled(own)) return { kind: "genuine", reason: `version ${version}, installed` };

  const userHome = options.environment.PULUMI_HOME ?? path.join(os.homedir(), ".pulumi");
  const users = path.join(userHome, "plugins", folder);
  if (isInstalled(users)) {
    copyFolder(users, own);
    return { kind: "genuine", reason: `version ${version}, from ${users}` };
  }

  const unreachable = await whyUnreachable(pluginServer);
  if (unreachable) return { kind: "standIn", reason: `${pluginServer}: ${unreachable}` };
  const home = pluginHome(options.environment);
  fs.mkdirSync(home, { recursive: true });
  const result = await runCommand(
    options.engine,
    ["plugin", "install", "resource", "command", version],
    {
      // Not the caller's: the CLI refuses to install a plugin from a folder that is a project and a plugin at once.
      cwd: home,
      environment: { ...options.environment, PULUMI_HOME: home },
      timeout: downloadTimeout,
    },
  );
  return result.code === 0
    ? { kind: "genuine", reason: `version ${version}, downloaded` }
    : { kind: "standIn", reason: `the plugin cannot be had: ${lastLines(result.stderr, 1)}` };
}

/** Lets the engine find the shared plugins under a Pulumi home of its own. */
export function linkPlugins(home: string, environment: NodeJS.ProcessEnv): void {
  const shared = path.join(pluginHome(environment), "plugins");
  const link = path.join(home, "plugins");
  fs.mkdirSync(shared, { recursive: true });
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  // A junction is the link to a folder that Windows lets every user make; elsewhere the word means nothing.
  if (!fs.existsSync(link)) fs.symlinkSync(shared, link, "junction");
}

function packageManifest(): { version: string } {
  return JSON.parse(fs.readFileSync(require.resolve("@pulumi/command/package.json"), "utf8")) as {
    version: string;
  };
}

function isInstalled(folder: string): boolean {
  // The engine keeps a mark beside the folder while it unpacks.
  return fs.existsSync(folder) && !fs.existsSync(`${folder}.partial`);
}

function copyFolder(from: string, to: string): void {
  const draft = `${to}.${process.pid}`;
  fs.cpSync(from, draft, { recursive: true });
  fs.renameSync(draft, to);
}

async function whyUnreachable(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: "HEAD",
      signal: AbortSignal.timeout(answerTimeout),
    });
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}
