import * as fs from "node:fs";
import * as path from "node:path";
import type { StandIn } from "../../local/standin";
import { encodings, SecretScanner, type KnownSecret } from "../secretScanner";

/** One file, or what stands for one, of a place where secrets must not be. */
export interface Content {
  name: string;
  bytes: Buffer;
}

/** Where secrets must not be, by what it is called in a failure. */
export type Places = Record<string, Content[]>;

/** Every file below a folder, names with forward slashes and relative to it. */
export function filesIn(folder: string, leaveOut?: RegExp): Content[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file, name: path.relative(folder, file).replaceAll("\\", "/") }))
    .filter(({ name }) => !leaveOut?.test(name))
    .map(({ file, name }) => ({ name, bytes: fs.readFileSync(file) }));
}

/** The disks of all machines, every file as the machine itself reads it. */
export function machineDisks(standIn: StandIn): Content[] {
  return standIn.windows.machines().flatMap(({ record, environment }) =>
    Object.values(record.files).flatMap((entry) =>
      // Past the access lists: whoever takes the disk out reads everything.
      entry.blob === undefined
        ? []
        : [
            {
              name: `${record.computerName} ${entry.path}`,
              bytes: environment.blobs.get(entry.blob),
            },
          ],
    ),
  );
}

export interface Leak {
  place: string;
  file: string;
  secret: string;
  encoding: string;
}

/** Every secret in every place. */
export function findLeaks(places: Places, secrets: readonly KnownSecret[]): Leak[] {
  const scanner = new SecretScanner(secrets);
  return Object.entries(places).flatMap(([place, contents]) =>
    contents.flatMap(({ name, bytes }) =>
      scanner.scan(bytes).map(({ secret, encoding }) => ({ place, file: name, secret, encoding })),
    ),
  );
}

/** Holds what each encoding has to escape. */
const canary = { name: "canary", bytes: Buffer.from('Canary "<&>+/ é\\% ~~~???>>> of no use') };

/**
 * The encodings that a scan does not see in a place: each is put, one after the other, among what stands in the middle of
 * the longest that was collected there.
 */
export function unseenEncodings(contents: readonly Content[]): string[] {
  const longest = contents.reduce((one, other) =>
    other.bytes.length > one.bytes.length ? other : one,
  ).bytes;
  const middle = Math.floor(longest.length / 2);
  const scanner = new SecretScanner([canary]);
  const expected: string[] = [];
  const seen = new Set<string>();
  for (const [encoding, encode] of Object.entries(encodings)) {
    for (const form of encode(canary.bytes)) {
      expected.push(encoding);
      const around = longest.subarray(Math.max(0, middle - 4096), middle);
      const content = Buffer.concat([around, form, longest.subarray(middle, middle + 4096)]);
      for (const found of scanner.scan(content)) seen.add(found.encoding);
    }
  }
  return [...new Set(expected)].filter((encoding) => !seen.has(encoding));
}
