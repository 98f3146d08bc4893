import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { guestFilesFolder } from "../../../components/guestFiles";
import { partsOf } from "../../../local/directory";

/** The configuration of the lab that is recorded; later versions bring it up with the very same. */
export const recordedConfiguration = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  graphPorts: [{ name: "Chat", port: 4711 }],
  people: {
    ada: { displayName: "Ada Lovelace", machines: { "ada-1": {}, "ada-2": {} } },
    grace: { rotation: "2", machines: { "grace-1": {} } },
  },
};

/** The versions of which there is a recording. */
export function recordedVersions(): string[] {
  return fs
    .readdirSync(__dirname)
    .flatMap((name) => /^(\d+\.\d+\.\d+)\.json\.gz$/.exec(name)?.[1] ?? [])
    .sort();
}

/** One file: by path, what a stand-in's directory held. */
type Recording = Record<string, string>;

/** Where the guest files lay on the computer that recorded, which the stack's state holds. */
const folderToken = "{guestFiles}";

/** Writes what a stand-in that has ended left behind, without history and logs. */
export function record(version: string, directory: string): void {
  const { azure, windows, ssh, backend, passphrase } = partsOf(directory);
  const recording: Recording = {};
  const stacks = path.join(backend, ".pulumi", "stacks");
  const parts = [
    azure,
    windows,
    ssh,
    stacks,
    path.join(backend, ".pulumi", "meta.yaml"),
    passphrase,
  ];
  for (const part of parts) {
    for (const file of filesIn(part)) {
      if (file.endsWith(".bak")) continue;
      recording[path.relative(directory, file)] = fs
        .readFileSync(file, "utf8")
        .replaceAll(guestFilesFolder, folderToken);
    }
  }
  const file = path.join(__dirname, `${version}.json.gz`);
  fs.writeFileSync(file, gzipSync(JSON.stringify(recording), { level: 9 }));
}

/** Lays a recording into the directory of a stand-in that is not running. */
export function replay(version: string, directory: string): void {
  const packed = fs.readFileSync(path.join(__dirname, `${version}.json.gz`));
  const recording = JSON.parse(gunzipSync(packed).toString("utf8")) as Recording;
  for (const [name, content] of Object.entries(recording)) {
    const file = path.join(directory, name);
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, content.replaceAll(folderToken, guestFilesFolder), { mode: 0o600 });
  }
}

function filesIn(part: string): string[] {
  if (fs.statSync(part).isFile()) return [part];
  return fs
    .readdirSync(part, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
