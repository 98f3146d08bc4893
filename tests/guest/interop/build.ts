import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { guestFolder } from "../files";
import {
  buildNativeDouble,
  run,
  temporaryFolder,
  type NativeDouble,
  type Unavailable,
} from "../native/build";

/** The wrappers of guest/PeerLab with the programs of this folder, for mono. */
export interface InteropProgram {
  program: string;
  native: NativeDouble;
}

let built: InteropProgram | Unavailable | undefined;

/** Built once per process; says what is missing on this computer where it cannot be. */
export function buildInterop(): InteropProgram | Unavailable {
  built ??= build();
  return built;
}

function build(): InteropProgram | Unavailable {
  for (const program of ["mcs", "mono"]) {
    const debianPackage = program === "mcs" ? "mono-mcs" : "mono-runtime";
    if (spawnSync(program, ["--version"]).error !== undefined) {
      return { unavailable: `no ${program} (Debian package ${debianPackage})` };
    }
  }
  const native = buildNativeDouble();
  if ("unavailable" in native) return native;
  const program = path.join(temporaryFolder("peerlab-interop-"), "interop.exe");
  const sources = [path.join(guestFolder, "PeerLab"), __dirname].flatMap((folder) =>
    fs
      .readdirSync(folder)
      // Compiled on Windows alone, where a task cannot be had.
      .filter((name) => name.endsWith(".cs") && name !== "PeerService.cs")
      .map((name) => path.join(folder, name)),
  );
  run("mcs", ["-langversion:5", `-out:${program}`, ...sources]);
  return { program, native };
}

/** What the program prints for a description of the compiled guest files: `layout` or `imports`. */
export function describeInterop({ program, native }: InteropProgram, what: string): string[][] {
  const done = spawnSync("mono", [program, what], {
    encoding: "utf8",
    env: { ...process.env, ...native.environment },
  });
  if (done.status !== 0) throw new Error(`mono failed: ${done.stdout}${done.stderr}`);
  return done.stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ").filter((word) => word !== ""));
}
