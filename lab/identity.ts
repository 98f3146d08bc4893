/** `npm run identity -- COMMAND`: a person's identity leaves the stack, to be kept or taken elsewhere. */
import * as path from "node:path";
import { parseArgs } from "node:util";
import { exportIdentity } from "./exportIdentity";
import { readIdentities } from "./identityCopies";
import { openStack } from "./stack";

const help = `npm run identity -- list [--stack STACK]
    shows the people of the lab, their peer names, and of whose identity a copy was taken

npm run identity -- export PERSON [--directory DIRECTORY] [--stack STACK] [--force]
    writes the person's identity to PERSON.peeridentity.xml, byte for byte as Windows exported it, and its password to
    PERSON.peeridentity.password, both for you alone, and notes the copy in the stack's configuration (identityCopies)

--directory  an existing folder; this one by default
--stack      the stack; the selected one by default
--force      replaces files that exist`;

async function main(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      directory: { type: "string" },
      stack: { type: "string" },
      force: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === "help") return help;
  const open = () =>
    openStack({
      stack: values.stack,
      report: (message) => process.stderr.write(`${message}\n`),
    });
  if (command === "list" && rest.length === 0 && !values.directory && !values.force) {
    return list(await readIdentities(await open()));
  }
  if (command === "export" && rest.length === 1) {
    return exportIdentity({
      stack: await open(),
      person: rest[0],
      directory: path.resolve(values.directory ?? "."),
      force: values.force ?? false,
    });
  }
  throw new Error(
    `${command === undefined ? "There is no command" : `identity ${args.join(" ")} is not understood`}.\n\n${help}`,
  );
}

function list(identities: Awaited<ReturnType<typeof readIdentities>>): string {
  const width = Math.max(...identities.map(({ person }) => person.length));
  return identities
    .map(({ person, peerName, copied }) => {
      const about = peerName === "" ? "no identity yet" : peerName;
      const copy = peerName === "" ? "" : copied ? "  copy taken" : "  no copy taken";
      return `${person.padEnd(width)}  ${about}${copy}`;
    })
    .join("\n");
}

main(process.argv.slice(2)).then(
  (text) => console.log(text),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
