import * as fs from "node:fs";
import * as path from "node:path";
import { buildEngine, findGo } from "./build";
import { findInstalled, readPath } from "./installed";
import { languageHostScript, languageHostVariable, writeLauncher } from "./launcher";
import { tryLock } from "./lock";
import {
  cacheDirectory,
  currentPlatform,
  engineDirectory,
  engineFileName,
  type Platform,
} from "./platform";
import { downloadRelease } from "./release";
import { engineVersion } from "./version";

export { engineVersion } from "./version";

/** Where an engine came from: found on this computer, the official release, or built from its Go module. */
export type EngineOrigin = "installed" | "release" | "built";

/** A Pulumi engine that can run Node programs. */
export interface Engine {
  /** `3.230.0`. */
  version: string;
  origin: EngineOrigin;
  /** The command's file. */
  path: string;
}

export interface EngineOptions {
  /** What stands for the process's environment: `PATH`, `PEERLAB_PULUMI`, `PEERLAB_CACHE`. */
  environment?: NodeJS.ProcessEnv;
  platform?: Platform;
  /** Told before a step that takes long, one sentence each. Standard error unless given. */
  report?: (message: string) => void;
  /** The three ways to get an engine, in this order; fewer in tests. */
  ways?: readonly EngineOrigin[];
  /** Other places for the official release, in tests. */
  releaseSources?: string[];
}

/**
 * Gets a Pulumi engine: an installed one, else the official release, else one built from its Go module. The latter two
 * are made once and kept in the user's cache ({@link cacheDirectory}); several processes may ask at the same time.
 * Throws one error that says why each way failed.
 */
export async function getEngine(options: EngineOptions = {}): Promise<Engine> {
  const environment = options.environment ?? process.env;
  const platform = options.platform ?? currentPlatform();
  const ways = options.ways ?? ["installed", "release", "built"];
  const report = options.report ?? ((message) => process.stderr.write(`${message}\n`));
  const reasons: string[] = [];

  if (ways.includes("installed")) {
    const result = await findInstalled(environment, platform);
    if ("engine" in result) return { ...result.engine, origin: "installed" };
    reasons.push(`an installed one: ${result.reason}`);
  }

  const directory = engineDirectory(cacheDirectory(environment, platform), platform);
  fs.mkdirSync(path.dirname(directory), { recursive: true });
  const cached = () => openCached(directory, platform, ways);
  const lock = await waitForLock(`${directory}.lock`, report, () => cached() !== undefined);
  try {
    const found = cached();
    if (found) return found;
    removeDrafts(directory);

    if (ways.includes("release")) {
      try {
        await make(directory, "release", (draft) =>
          downloadRelease(draft, {
            platform,
            sources: options.releaseSources,
            onDownload: (url, bytes) => {
              const size = bytes ? ` (${Math.round(bytes / 1e6)} MB, once)` : " (once)";
              report(`Downloading the Pulumi engine v${engineVersion} from ${url}${size}.`);
            },
          }),
        );
        return cached()!;
      } catch (error) {
        reasons.push(`the official release: ${(error as Error).message}`);
      }
    }

    if (ways.includes("built")) {
      const missing = await findGo(environment);
      if (missing) {
        reasons.push(`built from its Go module: ${missing}`);
      } else {
        report(
          `Building the Pulumi engine v${engineVersion} from its Go module: about three minutes on two cores, once.`,
        );
        try {
          await make(directory, "built", (draft) => buildEngine(draft, platform, environment));
          return cached()!;
        } catch (error) {
          reasons.push(`built from its Go module: ${(error as Error).message}`);
        }
      }
    }
  } finally {
    lock?.release();
  }
  throw new Error(
    [
      `There is no Pulumi engine v${engineVersion} or newer, and none could be had. The ways, and why each failed:`,
      ...reasons.map((reason) => `  - ${reason}`),
      "Install Pulumi (https://www.pulumi.com/docs/install) or Go (https://go.dev/dl), or allow the download.",
    ].join("\n"),
  );
}

/** What a process needs in its environment to run this engine as `pulumi`: to be laid over its own environment. */
export function engineEnvironment(
  engine: Engine,
  environment: NodeJS.ProcessEnv = process.env,
): { PATH: string; [name: string]: string } {
  const before = readPath(environment);
  const folder = path.dirname(engine.path);
  return {
    PATH: before ? `${folder}${path.delimiter}${before}` : folder,
    ...(engine.origin === "built" ? { [languageHostVariable]: languageHostScript } : {}),
  };
}

/** Written last into an engine's folder; a folder with it is complete and never changed again. */
const originFile = "origin.json";

function openCached(
  directory: string,
  platform: Platform,
  ways: readonly EngineOrigin[],
): Engine | undefined {
  const marker = path.join(directory, originFile);
  if (!fs.existsSync(marker)) return undefined;
  const text = fs.readFileSync(marker, "utf8");
  const { origin } = JSON.parse(text) as { origin: EngineOrigin };
  if (!ways.includes(origin)) return undefined;
  // Renewed on every use, since the language host lives in the checkout.
  if (origin === "built") writeLauncher(directory, platform);
  return { version: engineVersion, origin, path: path.join(directory, engineFileName(platform)) };
}

/** Fills a folder of its own and renames it into place, so that an interrupted attempt leaves nothing that is used. */
async function make(
  directory: string,
  origin: EngineOrigin,
  fill: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = fs.mkdtempSync(`${directory}-`);
  try {
    await fill(draft);
    fs.writeFileSync(path.join(draft, originFile), JSON.stringify({ origin }));
    fs.rmSync(directory, { recursive: true, force: true });
    fs.renameSync(draft, directory);
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

/** What attempts that were killed have left behind. */
function removeDrafts(directory: string): void {
  const folder = path.dirname(directory);
  for (const name of fs.readdirSync(folder)) {
    if (name.startsWith(`${path.basename(directory)}-`)) {
      fs.rmSync(path.join(folder, name), { recursive: true, force: true });
    }
  }
}

/** Waits until the lock is ours, or until another process has made what it was taken for. */
async function waitForLock(
  file: string,
  report: (message: string) => void,
  made: () => boolean,
): Promise<{ release: () => void } | undefined> {
  let told = false;
  for (;;) {
    if (made()) return undefined;
    const lock = tryLock(file);
    if (lock.acquired) return lock;
    if (!told) {
      const who = lock.holder ? ` (process ${lock.holder.pid})` : "";
      report(`Waiting for the Pulumi engine that another process is getting${who}.`);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
