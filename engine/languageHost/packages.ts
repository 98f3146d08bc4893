import { DependencyInfo, type ProgramInfo } from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency } from "@pulumi/pulumi/proto/plugin_pb";
import * as path from "node:path";
import { installedPackages, readManifest, type Manifest } from "./nodeModules";

/** The provider packages that the program's `node_modules` are clients of. */
export function requiredPackages(info: ProgramInfo): PackageDependency[] {
  const found = new Map<string, PackageDependency>();
  for (const manifest of installedPackages(info.getProgramDirectory())) {
    if (!manifest.pulumi?.resource) continue;
    const name = manifest.pulumi.name ?? scopedName(manifest);
    const version = manifest.pulumi.version ?? manifest.version;
    if (!name || !version) continue;
    const dependency = new PackageDependency();
    dependency.setKind("resource");
    dependency.setName(name);
    dependency.setVersion(version.startsWith("v") ? version : `v${version}`);
    dependency.setServer(manifest.pulumi.server ?? "");
    found.set(`${name}@${version}`, dependency);
  }
  return [...found.values()];
}

/** Only packages in the scope of Pulumi's own are named after their provider. */
function scopedName(manifest: Manifest): string | undefined {
  return manifest.name?.startsWith("@pulumi/") ? manifest.name.slice("@pulumi/".length) : undefined;
}

/** The npm packages of the program with their installed versions; all that are installed where `transitive`. */
export function programDependencies(info: ProgramInfo, transitive: boolean): DependencyInfo[] {
  const directory = info.getProgramDirectory();
  const manifests = transitive ? [...installedPackages(directory)] : directPackages(directory);
  return manifests.flatMap(({ name, version }) => {
    if (!name || !version) return [];
    const dependency = new DependencyInfo();
    dependency.setName(name);
    dependency.setVersion(version);
    return [dependency];
  });
}

function directPackages(directory: string): Manifest[] {
  const { dependencies, devDependencies } = readManifest(directory) ?? {};
  return Object.keys({ ...dependencies, ...devDependencies }).map((name) => ({
    name,
    version: readManifest(path.join(directory, "node_modules", name))?.version,
  }));
}
