import * as os from "node:os";
import * as path from "node:path";
import { engineVersion } from "./version";

/** Names that differ between operating systems, spelled as Pulumi's release files spell them. */
export interface Platform {
  os: "linux" | "darwin" | "windows";
  arch: "x64" | "arm64";
}

/** The platform of this process. Throws where Pulumi has no release for it. */
export function currentPlatform(
  platform: string = process.platform,
  arch: string = process.arch,
): Platform {
  const names: Record<string, Platform["os"]> = {
    linux: "linux",
    darwin: "darwin",
    win32: "windows",
  };
  const name = names[platform];
  if (!name || (arch !== "x64" && arch !== "arm64")) {
    throw new Error(
      `There is no Pulumi engine for ${platform} on ${arch}; there is one for Linux, macOS and Windows on x64 and arm64.`,
    );
  }
  return { os: name, arch };
}

/** The file name of the engine's command: `pulumi`, on Windows `pulumi.exe`. */
export function engineFileName(platform: Platform): string {
  return platform.os === "windows" ? "pulumi.exe" : "pulumi";
}

/**
 * The folder for what is made once per computer and can be made again: `PEERLAB_CACHE`, else `peerlab` in the place where
 * the operating system keeps caches. Always outside the checkout, so that every checkout shares it.
 */
export function cacheDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: Platform = currentPlatform(),
): string {
  if (environment.PEERLAB_CACHE) return path.resolve(environment.PEERLAB_CACHE);
  const home = os.homedir();
  switch (platform.os) {
    case "windows":
      return path.join(environment.LOCALAPPDATA ?? path.join(home, "AppData", "Local"), "peerlab");
    case "darwin":
      return path.join(home, "Library", "Caches", "peerlab");
    case "linux":
      return path.join(environment.XDG_CACHE_HOME || path.join(home, ".cache"), "peerlab");
  }
}

/** Where the engine of {@link engineVersion} is kept. */
export function engineDirectory(cache: string, platform: Platform): string {
  return path.join(cache, "engine", `v${engineVersion}-${platform.os}-${platform.arch}`);
}
