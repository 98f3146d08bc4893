import * as fs from "node:fs";
import * as path from "node:path";
import { engineFileName, type Platform } from "./platform";
import { runCommand } from "./runCommand";
import { engineVersion, isSupported } from "./version";

export interface InstalledEngine {
  path: string;
  version: string;
}

/** An installed engine, or why there is none that can be used. */
export type InstalledResult = { engine: InstalledEngine } | { reason: string };

/**
 * Looks for an installed Pulumi: the command that `PEERLAB_PULUMI` names, else the first `pulumi` on `PATH`. It is accepted
 * where its version is supported and its Node language host is beside it or on `PATH`.
 */
export async function findInstalled(
  environment: NodeJS.ProcessEnv,
  platform: Platform,
): Promise<InstalledResult> {
  const named = environment.PEERLAB_PULUMI;
  const file = named
    ? path.resolve(named)
    : findOnPath([engineFileName(platform)], environment, platform);
  if (!file) return { reason: "no pulumi on PATH, and PEERLAB_PULUMI is not set" };
  if (!isExecutable(file)) return { reason: `${file} (PEERLAB_PULUMI) is not an executable file` };

  let version: string;
  try {
    const result = await runCommand(file, ["version"], {
      environment: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: 30_000,
    });
    if (result.code !== 0) {
      return { reason: `${file} version ended with ${result.code ?? "a signal or after 30 s"}` };
    }
    version = result.stdout.trim();
  } catch (error) {
    return { reason: `${file} cannot be run: ${(error as Error).message}` };
  }
  if (!isSupported(version)) {
    return {
      reason: `${file} is version ${JSON.stringify(version)}, needed is ${engineVersion} or newer`,
    };
  }
  if (!hasLanguageHost(file, environment, platform)) {
    return {
      reason: `${file} has no pulumi-language-nodejs, neither beside it nor on PATH`,
    };
  }
  return { engine: { path: file, version: version.replace(/^v/, "") } };
}

function hasLanguageHost(
  engine: string,
  environment: NodeJS.ProcessEnv,
  platform: Platform,
): boolean {
  const names = executableNames("pulumi-language-nodejs", platform);
  // The engine looks beside the file its own link leads to (a Homebrew installation is one of links).
  const beside = path.dirname(fs.realpathSync(engine));
  return (
    names.some((name) => isExecutable(path.join(beside, name))) ||
    findOnPath(names, environment, platform) !== undefined
  );
}

function executableNames(name: string, platform: Platform): string[] {
  return platform.os === "windows" ? [`${name}.exe`, `${name}.cmd`] : [name];
}

function findOnPath(
  names: string[],
  environment: NodeJS.ProcessEnv,
  platform: Platform,
): string | undefined {
  const separator = platform.os === "windows" ? ";" : ":";
  for (const folder of (readPath(environment) ?? "").split(separator)) {
    if (!folder) continue;
    for (const name of names) {
      const file = path.join(folder, name);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

/** The search path of an environment, whose name Windows spells `Path`. */
export function readPath(environment: NodeJS.ProcessEnv): string | undefined {
  const name = Object.keys(environment).find((key) => key.toUpperCase() === "PATH");
  return name === undefined ? undefined : environment[name];
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
