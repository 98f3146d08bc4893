import * as path from "node:path";
import {
  Archive,
  Asset,
  Secret,
  Unknown,
  withoutSecrets,
  type CheckFailure,
  type CheckResult,
  type Properties,
} from "../provider";
import { checkConnection, readConnection } from "./connection";
import { copyPath, copyText } from "./copyFiles";
import { dial, type DialOptions } from "./dialing";
import { openSftp } from "./sftpClient";

export const copyType = "command:remote:CopyToRemote";

/** The inputs with the connection's defaults; the source is a file, a text or a folder, not a collection. */
export function checkCopy(inputs: Properties): CheckResult {
  const failures: CheckFailure[] = [];
  const checked: Properties = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (value === null || name === "connection") continue;
    if (!["triggers", "source", "remotePath"].includes(name)) {
      failures.push({ property: name, reason: "Unrecognized field" });
    }
    checked[name] = value;
  }
  for (const name of ["source", "remotePath"]) {
    if (checked[name] === undefined) {
      failures.push({ property: name, reason: `Missing required field '${name}'` });
    }
  }
  const source = checked.source instanceof Secret ? checked.source.value : checked.source;
  if (source instanceof Asset) {
    if (source.content.path === undefined && source.content.text === undefined) {
      const reason = "asset must be a path-based file asset or a text asset";
      failures.push({ property: "asset", reason });
    }
  } else if (source instanceof Archive) {
    if (source.content.path === undefined) {
      const reason = "archive must be a path to a file or directory";
      failures.push({ property: "archive", reason });
    }
  } else if (source !== undefined && source !== Unknown) {
    failures.push({ property: "asset", reason: "either asset or archive must be set" });
  }
  const remotePath = withoutSecrets(checked.remotePath ?? Unknown);
  if (typeof remotePath !== "string" && remotePath !== Unknown) {
    failures.push({ property: "remotePath", reason: "must be a string" });
  }
  checked.connection = checkConnection(inputs.connection, failures);
  return { inputs: checked, failures };
}

export interface CopyOptions extends DialOptions {
  /** What relative paths of files start from: where the engine runs its providers. */
  workingDirectory: string;
}

/** Copies by SFTP. There is no deletion: what was copied stays on the machine. */
export async function copyToRemote(inputs: Properties, options: CopyOptions): Promise<void> {
  const source = sourceOf(inputs);
  const target = withoutSecrets(inputs.remotePath ?? null) as string;
  const dialed = await dial(readConnection(inputs.connection), options);
  try {
    const sftp = await openSftp(dialed.client);
    const { text } = source instanceof Asset ? source.content : { text: undefined };
    if (text !== undefined) await copyText(sftp, text, target);
    else await copyPath(sftp, localPath(source.content.path!, options), target);
    await sftp.close();
  } finally {
    dialed.close();
  }
}

/** Made absolute without losing a slash at the end, which says that only the content is meant. */
function localPath(given: string, { workingDirectory }: CopyOptions): string {
  return path.isAbsolute(given) ? given : path.join(workingDirectory, given);
}

/** Whether an update has anything to copy: other content or another target; another machine is no reason. */
export function needsCopy(inputs: Properties, old: Properties): boolean {
  const target = (properties: Properties) => withoutSecrets(properties.remotePath ?? null);
  return (
    sourceOf(inputs).content.hash !== sourceOf(old).content.hash || target(inputs) !== target(old)
  );
}

function sourceOf(inputs: Properties): Asset | Archive {
  return withoutSecrets(inputs.source ?? null) as Asset | Archive;
}
