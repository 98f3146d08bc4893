import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";

/** The parts of a `package.json` that matter here. */
export interface Manifest {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

/** Finds a module as the program in `directory` itself would. Throws with a word of what to do where it is missing. */
export function resolveFrom(directory: string, module: string): string {
  try {
    return createRequire(path.join(directory, "package.json")).resolve(module);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new Error(
      `${module} is not installed for the program in ${directory}. Run npm install there first.`,
    );
  }
}

/** Reads the `package.json` of a folder, if it has one that can be read. */
export function readManifest(directory: string): Manifest | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(directory, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** All packages installed for the program in `directory`: its own `node_modules` and those inside of its packages. */
export function* installedPackages(
  directory: string,
  seen: Set<string> = new Set(),
): Generator<Manifest> {
  const modules = path.join(directory, "node_modules");
  for (const folder of packageFolders(modules)) {
    // Links of workspaces may lead back to where they came from.
    const real = fs.realpathSync(folder);
    if (seen.has(real)) continue;
    seen.add(real);
    const manifest = readManifest(real);
    if (manifest) yield manifest;
    yield* installedPackages(real, seen);
  }
}

function packageFolders(modules: string): string[] {
  return listFolder(modules).flatMap((name) => {
    const folder = path.join(modules, name);
    if (name.startsWith(".")) return [];
    return name.startsWith("@")
      ? listFolder(folder).map((part) => path.join(folder, part))
      : [folder];
  });
}

function listFolder(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
