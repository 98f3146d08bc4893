/** A person's identity leaves the stack, to be kept or taken elsewhere. */
import * as path from "node:path";
import { exitCodes, type LabContext } from "./context";
import { exportIdentity } from "./exportIdentity";
import { readIdentities, type PersonIdentity } from "./identityCopies";
import { openStack } from "./stack";

/** Shows the people of the lab, their peer names, and of whose identity a copy was taken. */
export async function listIdentities(
  { folder, environment, report, output }: LabContext,
  options: { stack?: string },
): Promise<number> {
  const stack = await openStack({ stack: options.stack, project: folder, environment, report });
  output(`${identityLines(await readIdentities(stack))}\n`);
  return exitCodes.done;
}

/** Writes a person's identity and its password to two files, and says how it comes back. */
export async function writeIdentity(
  { folder, environment, report, output }: LabContext,
  person: string,
  options: { stack?: string; directory?: string; force?: boolean },
): Promise<number> {
  const stack = await openStack({ stack: options.stack, project: folder, environment, report });
  const told = await exportIdentity({
    stack,
    person,
    directory: path.resolve(folder, options.directory ?? "."),
    force: options.force ?? false,
  });
  output(`${told}\n`);
  return exitCodes.done;
}

function identityLines(identities: readonly PersonIdentity[]): string {
  const width = Math.max(...identities.map(({ person }) => person.length));
  return identities
    .map(({ person, peerName, copied }) => {
      const about = peerName === "" ? "no identity yet" : peerName;
      const copy = peerName === "" ? "" : copied ? "  copy taken" : "  no copy taken";
      return `${person.padEnd(width)}  ${about}${copy}`;
    })
    .join("\n");
}
