import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { engineFileName, type Platform } from "./platform";
import { lastLines, runCommand } from "./runCommand";
import { engineVersion } from "./version";

/** Folders on the web that hold a release's archives and its file of checksums. The first that answers is used. */
export const releaseSources = [
  `https://github.com/pulumi/pulumi/releases/download/v${engineVersion}`,
  "https://get.pulumi.com/releases/sdk",
];

export interface ReleaseOptions {
  platform: Platform;
  sources?: string[];
  /** How long a server may take to answer, in milliseconds. */
  connectTimeout?: number;
  /** Called before the download itself, with what is downloaded and its size in bytes where the server tells. */
  onDownload?: (url: string, bytes: number | undefined) => void;
}

/** The archive of the engine, as the release names it. */
export function archiveName(platform: Platform): string {
  const extension = platform.os === "windows" ? "zip" : "tar.gz";
  return `pulumi-v${engineVersion}-${platform.os}-${platform.arch}.${extension}`;
}

/**
 * Downloads the official release into the empty folder `directory`, so that the engine's command lies directly in it.
 * The archive is only unpacked when its SHA-256 is the one in the release's own file of checksums. Throws with the
 * reason of every source otherwise.
 */
export async function downloadRelease(directory: string, options: ReleaseOptions): Promise<void> {
  const reasons: string[] = [];
  for (const source of options.sources ?? releaseSources) {
    try {
      await downloadFrom(source, directory, options);
      return;
    } catch (error) {
      reasons.push(`${source}: ${describe(error)}`);
    }
  }
  throw new Error(reasons.join("; "));
}

async function downloadFrom(
  source: string,
  directory: string,
  options: ReleaseOptions,
): Promise<void> {
  const name = archiveName(options.platform);
  const timeout = options.connectTimeout ?? 5_000;
  const checksums = await open(`${source}/pulumi-${engineVersion}-checksums.txt`, timeout);
  const expected = findChecksum(await checksums.text(), name);

  const url = `${source}/${name}`;
  const response = await open(url, timeout);
  const length = Number(response.headers.get("content-length"));
  options.onDownload?.(url, length || undefined);
  const archive = path.join(directory, name);
  const actual = await save(response, archive);
  if (actual !== expected) {
    fs.rmSync(archive, { force: true });
    throw new Error(`${name} has SHA-256 ${actual}, the release's checksums say ${expected}`);
  }
  await unpack(archive, directory, options.platform);
  fs.rmSync(archive);
}

/** The SHA-256 of `name` in the lines `<hex>  <name>` of a file of checksums. */
function findChecksum(text: string, name: string): string {
  for (const line of text.split(/\r?\n/)) {
    const [sum, file] = line.trim().split(/\s+\*?/);
    if (file === name && /^[0-9a-f]{64}$/i.test(sum)) return sum.toLowerCase();
  }
  throw new Error(`the file of checksums does not name ${name}`);
}

async function open(url: string, timeout: number): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(
    () => abort.abort(new Error(`no answer within ${timeout / 1000} s`)),
    timeout,
  );
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`HTTP ${response.status} for ${url}`);
    }
    return response;
  } finally {
    clearTimeout(timer);
  }
}

async function save(response: Response, file: string): Promise<string> {
  if (!response.body) throw new Error("the server's answer is empty");
  const hash = crypto.createHash("sha256");
  await pipeline(
    Readable.fromWeb(response.body as ReadableStream<Uint8Array>),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    fs.createWriteStream(file),
  );
  return hash.digest("hex");
}

async function unpack(archive: string, directory: string, platform: Platform): Promise<void> {
  // Windows has had bsdtar as tar.exe since 1803; unlike GNU tar it reads zip files too. A tar of Git for Windows that
  // stands first on PATH does not, hence the full path.
  const tar =
    platform.os === "windows"
      ? path.join(process.env.SystemRoot ?? "C:\\Windows", "System32", "tar.exe")
      : "tar";
  const result = await runCommand(tar, ["-xf", archive, "-C", directory]);
  if (result.code !== 0) {
    throw new Error(`tar could not unpack ${path.basename(archive)}: ${lastLines(result.stderr)}`);
  }
  const root = path.join(directory, "pulumi");
  // The archive for Windows keeps its executables in a folder of their own.
  const executables = fs.existsSync(path.join(root, "bin")) ? path.join(root, "bin") : root;
  if (!fs.existsSync(path.join(executables, engineFileName(platform)))) {
    throw new Error(`${path.basename(archive)} does not hold ${engineFileName(platform)}`);
  }
  // The command has the name of the folder that held it, so the folder steps aside first.
  const unpacked = path.join(directory, "unpacked");
  fs.renameSync(executables, unpacked);
  fs.rmSync(root, { recursive: true, force: true });
  for (const file of fs.readdirSync(unpacked)) {
    fs.renameSync(path.join(unpacked, file), path.join(directory, file));
  }
  fs.rmdirSync(unpacked);
}

function describe(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
