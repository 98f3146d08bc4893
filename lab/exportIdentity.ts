import * as fs from "node:fs";
import * as path from "node:path";
import { identityCopiesKey, identityOf, noteCopy, readIdentities } from "./identityCopies";
import { ownersRights, writeOwnerFiles } from "./ownerFiles";
import type { Stack } from "./stack";

export interface ExportIdentityOptions {
  stack: Stack;
  person: string;
  /** Folder of the files; it exists. */
  directory: string;
  /** Whether files that exist are replaced. */
  force: boolean;
}

/**
 * Writes a person's identity, as Windows exported it, and its password to two files, and notes the copy in the stack's
 * configuration. Returns what to tell the user; nothing of it is secret.
 */
export async function exportIdentity(options: ExportIdentityOptions): Promise<string> {
  const { stack, person, directory, force } = options;
  if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(
      `${directory} is no folder; make it first, or name another one with --directory.`,
    );
  }
  const identity = identityOf(await readIdentities(stack), person);
  const { exported, password } = await readExport(stack, person);
  const xml = path.join(directory, `${person}.peeridentity.xml`);
  const secret = path.join(directory, `${person}.peeridentity.password`);
  await writeOwnerFiles(
    [
      { path: xml, content: exported },
      // Without a line end: these are exactly the characters of the password.
      { path: secret, content: Buffer.from(password, "utf8") },
    ],
    { force },
  );
  const written = [
    `The identity of ${person}, ${identity.peerName}, was written to`,
    `  ${xml}`,
    `  ${secret}`,
    `${capital(ownersRights())}. Whoever has both files can be ${person}: keep them apart.`,
  ];
  try {
    await noteCopy(stack, identity);
  } catch (error) {
    throw new Error(
      [...written, `That it was copied could not be noted: ${(error as Error).message}`].join("\n"),
    );
  }
  return [
    ...written,
    `Noted in the configuration of the stack ${stack.name}, ${identityCopiesKey}.${person}, so that the lab no longer ` +
      "counts this identity among those without a copy.",
    "",
    ...giveBackLines({ person, xml, password: secret, stack: stack.name }),
  ].join("\n");
}

/** The exported bytes and their password as the stack keeps them. */
async function readExport(
  stack: Stack,
  person: string,
): Promise<{ exported: Buffer; password: string }> {
  const all = (await stack.output("exportedIdentities")) as
    Record<string, { exportedIdentity?: unknown; exportPassword?: unknown }> | undefined;
  const { exportedIdentity, exportPassword } = all?.[person] ?? {};
  const exported =
    typeof exportedIdentity === "string" ? Buffer.from(exportedIdentity, "base64") : undefined;
  if (
    !exported?.length ||
    exported.toString("base64") !== exportedIdentity ||
    typeof exportPassword !== "string" ||
    exportPassword === ""
  ) {
    throw new Error(
      `The output exportedIdentities of the stack ${stack.name} holds no identity of ${person} in base64 with its password; ` +
        `pulumi up --stack ${stack.name} finishes what an earlier run may have left.`,
    );
  }
  return { exported, password: exportPassword };
}

/** How the identity comes back, into this or another stack: commands as they can be pasted into a shell. */
export function giveBackLines(copy: {
  person: string;
  xml: string;
  password: string;
  stack: string;
  platform?: NodeJS.Platform;
}): string[] {
  const { person, xml, password, stack, platform = process.platform } = copy;
  const set = (key: string) =>
    `pulumi config set --secret --path 'people.${person}.${key}' --stack ${stack}`;
  const commands =
    platform === "win32"
      ? [
          `[Convert]::ToBase64String([IO.File]::ReadAllBytes('${xml.replaceAll("'", "''")}')) | ${set("exportedIdentity")}`,
          `Get-Content -Raw -LiteralPath '${password.replaceAll("'", "''")}' | ${set("exportPassword")}`,
        ]
      : [
          `base64 < ${shellWord(xml)} | tr -d '\\n' | ${set("exportedIdentity")}`,
          `${set("exportPassword")} < ${shellWord(password)}`,
        ];
  return [
    "To give it back, to this or another stack (--stack), in which the person may have any key:",
    ...commands.map((command) => `  ${command}`),
  ];
}

function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
