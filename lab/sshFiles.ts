import * as fs from "node:fs";
import * as path from "node:path";
import type { LabInState } from "./labInState";
import { writeOwnerFiles } from "./ownerFiles";
import { sshConfig, type SshConfig, type SshMachine } from "./sshConfig";

/** The files of OpenSSH, as they were written. */
export interface SshFiles extends Pick<SshConfig, "remarks" | "machines"> {
  /** The folder in which they are, absolute. */
  directory: string;
  config: string;
  /** The configuration's path as it is shown: from the project's folder, where it is in there. */
  shown: string;
}

export interface SshFilesOptions {
  /** The project's folder. */
  folder: string;
  /** How the command is called that writes them. */
  command: string;
  /** Where they go, from the project's folder. `.peerlab/ssh/STACK` by default. */
  directory?: string;
  /** File with the private key that the jump hosts take. */
  jumpIdentity?: string;
}

/** Writes configuration and host keys of the whole lab anew: they follow from the state, and are read by nobody but OpenSSH. */
export async function writeSshFiles(
  { machines, stack }: Pick<LabInState, "machines" | "stack">,
  { folder, command, directory: wanted, jumpIdentity }: SshFilesOptions,
): Promise<SshFiles> {
  const directory = wanted
    ? path.resolve(folder, wanted)
    : path.join(folder, ".peerlab", "ssh", ...stack.split("/"));
  const config = withSlashes(path.join(directory, "config"));
  const knownHosts = withSlashes(path.join(directory, "known_hosts"));
  const written = sshConfig(
    machines.flatMap(({ machine, ask }): SshMachine[] =>
      ask ? [{ machine, connection: ask.connection }] : [],
    ),
    {
      stack,
      command,
      config,
      knownHosts,
      jumpIdentity: jumpIdentity && withSlashes(path.resolve(folder, jumpIdentity)),
    },
  );
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  // A project that is not this one may not leave them out of its history by itself.
  if (!wanted) fs.writeFileSync(path.join(directory, ".gitignore"), "*\n");
  await writeOwnerFiles(
    [
      { path: knownHosts, content: Buffer.from(written.knownHosts) },
      { path: config, content: Buffer.from(written.config) },
    ],
    { force: true },
  );
  const relative = withSlashes(path.relative(folder, config));
  const shown = relative.startsWith("..") || path.isAbsolute(relative) ? config : relative;
  return { remarks: written.remarks, machines: written.machines, directory, config, shown };
}

/** OpenSSH takes `/` on Windows, too, where `\` would have to be doubled. */
export function withSlashes(file: string): string {
  return path.sep === "\\" ? file.replaceAll("\\", "/") : file;
}
