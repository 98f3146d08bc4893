import { spawnSync } from "node:child_process";
import { compileGuest, missingForMono } from "../mono/build";
import { buildNativeDouble, type NativeDouble, type Unavailable } from "../native/build";

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
  const unavailable = missingForMono();
  if (unavailable !== undefined) return { unavailable };
  const native = buildNativeDouble();
  return "unavailable" in native ? native : { program: compileGuest(__dirname), native };
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
