import { spawnSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** The native double, built and ready to be found by mono and .NET. */
export interface NativeDouble {
  /** Holds `p2p.dll`, `advapi32.dll`, `crypt32.dll`, `kernel32.dll` and the like, all of them the one shared object. */
  folder: string;
  /** What a process needs beside the variables of README.md: `LD_LIBRARY_PATH`. */
  environment: Record<string, string>;
}

export interface Unavailable {
  /** What is missing on this computer, one line. */
  unavailable: string;
}

/** Where Debian's mingw-w64-common puts the header whose prototypes the double is compiled against. */
export const mingwInclude = "/usr/share/mingw-w64/include";

/** The names under which Windows' functions are imported. */
const libraries = ["p2p.dll", "advapi32.dll", "crypt32.dll", "kernel32.dll", "ws2_32.dll"];

/** The compiler's arguments for anything that includes p2p.h as 64-bit Windows 7 and later see it. */
export const compilerArguments = [
  ...["-std=gnu11", "-fshort-wchar", "-D_GNU_SOURCE"],
  ...["-D_WIN32_WINNT=0x0601", "-DNTDDI_VERSION=0x06010000"],
  ...["-I", path.join(__dirname, "include"), "-idirafter", mingwInclude],
];

let built: NativeDouble | Unavailable | undefined;

/**
 * Builds the double once per process, in a temporary folder that goes when the process exits.
 *
 * Says what is missing where it cannot be built; throws with the compiler's words where its sources are wrong, a definition
 * that differs from mingw's declaration included.
 */
export function buildNativeDouble(): NativeDouble | Unavailable {
  built ??= build();
  return built;
}

function build(): NativeDouble | Unavailable {
  const missing = missingForBuild();
  if (missing !== undefined) return { unavailable: missing };
  const folder = temporaryFolder("peerlab-native-");
  const sources = fs.readdirSync(__dirname).filter((name) => name.endsWith(".c"));
  const library = path.join(folder, "p2p.dll");
  run("gcc", [
    ...["-shared", "-fPIC", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-Wl,--no-undefined"],
    ...compilerArguments,
    ...sources.map((name) => path.join(__dirname, name)),
    ...["-o", library, "-lcrypto", "-pthread"],
  ]);
  for (const name of libraries) {
    // Links to one file are one library to the loader, with one state.
    if (name !== "p2p.dll") fs.symlinkSync("p2p.dll", path.join(folder, name));
  }
  const before = process.env.LD_LIBRARY_PATH;
  return {
    folder,
    environment: { LD_LIBRARY_PATH: before ? `${folder}:${before}` : folder },
  };
}

/** What this computer lacks to build the double, one line; undefined where it can. */
export function missingForBuild(): string | undefined {
  if (spawnSync("gcc", ["--version"]).error !== undefined) return "no C compiler (gcc)";
  if (!fs.existsSync(path.join(mingwInclude, "p2p.h"))) {
    return "no p2p.h (Debian package mingw-w64-common)";
  }
  const probe = spawnSync("gcc", ["-fsyntax-only", "-x", "c", "-"], {
    input: "#include <openssl/pkcs12.h>\n",
  });
  return probe.status === 0 ? undefined : "no headers of OpenSSL (Debian package libssl-dev)";
}

/** Runs a compiler; throws with all it said where it fails. */
export function run(program: string, args: string[]): string {
  const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (done.error) throw new Error(`${program} cannot be run: ${done.error.message}`);
  if (done.status !== 0) {
    throw new Error(`${program} failed:\n${done.stdout.slice(-4000)}${done.stderr.slice(0, 4000)}`);
  }
  return done.stdout;
}

const folders: string[] = [];

/** A folder that is removed when this process exits. */
export function temporaryFolder(prefix: string, parent = os.tmpdir()): string {
  const folder = fs.mkdtempSync(path.join(parent, prefix));
  if (folders.push(folder) === 1) process.once("exit", removeFolders);
  return folder;
}

function removeFolders(): void {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
}

const pools = new Map<number, string>();

/**
 * A folder of ready RSA keys for `PEER_DOUBLE_KEYS`; the same for the whole process. Those for thousands of rounds have 1024
 * bits, the least that Windows takes: they sign in a fifth of the time.
 */
export function keyPool(use: "forUse" | "forRounds" = "forUse"): string {
  const modulusLength = use === "forUse" ? 2048 : 1024;
  const known = pools.get(modulusLength);
  if (known !== undefined) return known;
  const pool = temporaryFolder("peerlab-keys-");
  for (let index = 0; index < 8; index++) {
    const { privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    fs.writeFileSync(path.join(pool, `${index}.pem`), pem, { mode: 0o600 });
  }
  pools.set(modulusLength, pool);
  return pool;
}
