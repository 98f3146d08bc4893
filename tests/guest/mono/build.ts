import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { guestFolder } from "../files";
import {
  buildNativeDouble,
  missingForBuild,
  run,
  temporaryFolder,
  type NativeDouble,
  type Unavailable,
} from "../native/build";

/** The C# of the Windows side as a program of mono, over the native double. */
export interface MonoDriver {
  program: string;
  native: NativeDouble;
}

let missing: { what: string | undefined } | undefined;

/** What this computer lacks to run the C#, one line; undefined where it can. */
export function missingForMono(): string | undefined {
  missing ??= { what: findMissing() };
  return missing.what;
}

function findMissing(): string | undefined {
  for (const [program, debianPackage] of [
    ["mcs", "mono-mcs"],
    ["mono", "mono-runtime"],
  ] as const) {
    if (spawnSync(program, ["--version"]).error !== undefined) {
      return `no ${program} (Debian package ${debianPackage})`;
    }
  }
  return missingForBuild();
}

let built: MonoDriver | undefined;

/** Compiles all of guest/PeerLab's C# with the driver, once per process, in a folder that goes when the process exits. */
export function buildMonoDriver(): MonoDriver {
  built ??= build();
  return built;
}

/** {@link buildMonoDriver}, or what is missing on this computer. */
export function findMonoDriver(): MonoDriver | Unavailable {
  const unavailable = missingForMono();
  return unavailable === undefined ? buildMonoDriver() : { unavailable };
}

function build(): MonoDriver {
  const native = buildNativeDouble();
  if ("unavailable" in native) throw new Error(native.unavailable);
  return { program: compileGuest(__dirname), native };
}

/** Compiles all of guest/PeerLab's C# with that of a folder of tests, in a folder that goes when the process exits. */
export function compileGuest(tests: string): string {
  const program = path.join(temporaryFolder("peerlab-mono-"), `${path.basename(tests)}.exe`);
  const sources = [path.join(guestFolder, "PeerLab"), tests].flatMap((folder) =>
    fs
      .readdirSync(folder)
      // The service is compiled by itself, and only where a task cannot be had.
      .filter((name) => name.endsWith(".cs") && name !== "PeerService.cs")
      .map((name) => path.join(folder, name)),
  );
  run("mcs", ["-langversion:5", `-out:${program}`, ...sources]);
  return program;
}

/** `6.8.0.105`; undefined where there is no mono. */
export function monoVersion(): string | undefined {
  const { error, stdout } = spawnSync("mono", ["--version"], { encoding: "utf8" });
  return error ? undefined : /version (\S+)/.exec(stdout)?.[1];
}
