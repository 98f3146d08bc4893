import * as fs from "node:fs";
import * as path from "node:path";
import { fewAtATime } from "./fewAtATime";
import { zipSync, type Zippable } from "fflate";
import { version } from "../package.json";
import type { GetPeerDiagnosticsReport, GetPeerReport } from "../guest/contract";
import { askGuest } from "./askGuest";
import { notAsked } from "./checkMachines";
import { checkNetwork } from "./checkNetwork";
import {
  filesOfMachine,
  jsonText,
  missingOf,
  readmeText,
  type CollectedFiles,
  type CollectedMachine,
} from "./collected";
import { exitCodes, type LabContext } from "./context";
import { nameOfFile } from "./fileNames";
import { readLab, type LabMachineInState } from "./labInState";
import { virtualMachinesNow, type VirtualMachineNow } from "./machinePower";
import { securityGroupIdsOf } from "./networkInState";
import { ownersRights, writeOwnerFiles } from "./ownerFiles";
import { showCount } from "./progress";
import { scrubber } from "./scrub";
import { secretsOfStack } from "./secretsOfStack";
import { securityGroupsInAzure } from "./securityGroupsInAzure";
import { selectMachines } from "./selectMachines";
import { asItIsNow, openStack, type Stack } from "./stack";

export interface CollectOptions {
  stack?: string;
  person?: readonly string[];
  ring?: readonly string[];
  /** The archive; by default named after the project, the stack and the time. */
  output?: string;
  /** How far back events are read, in hours. */
  since: number;
  /** Whether a file that exists is replaced. */
  force?: boolean;
}

const atATime = 10;
const bounds = { maximumEvents: 500, maximumCharacters: 262_144 };

/** Asks the machines for their logs and diagnostics and writes one archive without secrets. */
export async function collect(
  context: LabContext,
  words: readonly string[],
  options: CollectOptions,
): Promise<number> {
  const { folder, environment, report, output, screen, signal } = context;
  const opened = await openStack({ stack: options.stack, project: folder, environment, report });
  const stack = asItIsNow(opened);
  const lab = await readLab(stack);
  const { person: people = [], ring: rings = [] } = options;
  const all = words.length + people.length + rings.length === 0;
  const machines = selectMachines(lab, { machines: words, people, rings, all });
  const time = new Date().toISOString();
  const file = path.resolve(folder, options.output ?? defaultName(stack, time));
  refuse(file, options.force);

  const remarks: string[] = [];
  const remark = (line: string) => {
    remarks.push(line);
    report(line);
  };
  const now = await machinesNow(stack, machines, remark);
  const count = showCount(screen, machines.length, "machines looked at");
  const collected = await fewAtATime(machines, atATime, async (one) => {
    const answer = await askOne(one, now.get(one.virtualMachineId ?? ""), options.since);
    count.add();
    return answer;
  });
  count.end();
  const passages = await networkOf(stack, words.length === 0 && all ? [] : machines, remark);

  const scrub = scrubber(secretsOfStack(await sourcesOf(stack, environment)));
  let secrets = 0;
  const clean = (text: string) => {
    const scrubbed = scrub(text);
    secrets += scrubbed.count;
    return scrubbed.text;
  };
  const files: CollectedFiles = {
    "lab.json": jsonText({ ...lab, machines: machines.map(({ ask: _secret, ...open }) => open) }),
    "proof.json": jsonText(lab.proof),
    "security-groups.json": jsonText(passages),
  };
  for (const one of collected) Object.assign(files, filesOfMachine(one));
  const cleaned = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, clean(text)]),
  );
  const { since: sinceHours } = options;
  const facts = { stack: stack.name, time, version, sinceHours, machines: collected, remarks };
  // Reasons may quote what a machine said.
  const readme = scrub(readmeText({ ...facts, secrets })).text;
  const content = archiveOf({ "README.txt": readme, ...cleaned }, new Date(time));

  // From here on it is a matter of milliseconds, and a half-written archive is worth nothing.
  context.endsItself();
  if (signal.aborted) return exitCodes.interrupted;
  refuse(file, options.force);
  // Beside its place and moved there when it is whole.
  await writeOwnerFiles([{ path: file, content }], { force: true });
  const missing = collected.flatMap((one) => {
    const why = missingOf(one);
    return why === undefined ? [] : [`${one.machine}: ${scrub(why).text}`];
  });
  const size = `${Math.ceil(content.length / 1024)} KB of ${machines.length} machines`;
  output(`${file} (${size}; ${ownersRights()})\n`);
  if (secrets > 0) report(`${secrets} places held a secret and say [secret] instead.`);
  for (const line of missing) output(`${line}\n`);
  return missing.length === 0 ? exitCodes.done : exitCodes.failed;
}

function defaultName(stack: Stack, time: string): string {
  const when = time.slice(0, 19).replaceAll(":", "");
  return `${[stack.project, stack.name.split("/").pop()!, when].map(nameOfFile).join("-")}Z.zip`;
}

function refuse(file: string, force = false): void {
  const found = fs.lstatSync(file, { throwIfNoEntry: false });
  if (found && !force) {
    throw new Error(
      `${file} exists; nothing was written. Move it away, or let --force replace it.`,
    );
  }
  if (!fs.statSync(path.dirname(file), { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`There is no folder ${path.dirname(file)} to write the archive to.`);
  }
}

async function machinesNow(
  stack: Stack,
  machines: readonly LabMachineInState[],
  remark: (line: string) => void,
): Promise<Map<string, VirtualMachineNow>> {
  const ids = machines.flatMap(({ virtualMachineId: id }) => (id === undefined ? [] : [id]));
  const options = { settings: await stack.settings(), environment: stack.environment };
  return virtualMachinesNow(ids, options).catch((error: Error) => {
    remark(
      `Azure cannot be asked which machines are off, so each of them is dialled: ${error.message}`,
    );
    return new Map<string, VirtualMachineNow>();
  });
}

async function askOne(
  one: LabMachineInState,
  now: VirtualMachineNow | undefined,
  sinceHours: number,
): Promise<CollectedMachine> {
  const { machine, ask } = one;
  const reason = notAsked(one, now);
  if (reason || !ask) return { machine, notAsked: reason };
  const { contract, instance, guestFiles, userPassword } = ask.request;
  const envelope = { contract, instance, guestFiles };
  const report = await askGuest<GetPeerReport>(ask.connection, "Get-PeerReport", {
    ...envelope,
    userPassword,
  });
  // Whoever does not answer is not dialled twice.
  if (!("report" in report) && report.state === "silent") {
    return { machine, report, diagnostics: report };
  }
  const diagnostics = await askGuest<GetPeerDiagnosticsReport>(
    ask.connection,
    "Get-PeerDiagnostics",
    { ...envelope, sinceHours, ...bounds },
  );
  return { machine, report, diagnostics };
}

async function networkOf(
  stack: Stack,
  only: readonly LabMachineInState[],
  remark: (line: string) => void,
) {
  const resources = await stack.resources();
  const options = { settings: await stack.settings(), environment: stack.environment };
  const groups = await securityGroupsInAzure(securityGroupIdsOf(resources), options).catch(
    (error: Error) => {
      remark(
        `Azure cannot be asked for its security groups, so those of the stack's state are shown: ${error.message}`,
      );
      return undefined;
    },
  );
  const keys = only.map(({ machine }) => machine);
  return checkNetwork(resources, keys, groups);
}

async function sourcesOf(stack: Stack, environment: NodeJS.ProcessEnv) {
  const [resources, settings] = [await stack.resources(), await stack.settings()];
  return { project: stack.project, resources, settings, environment };
}

/** One archive in the order of the names, the same for the same texts and time. */
function archiveOf(files: CollectedFiles, mtime: Date): Uint8Array {
  const names = Object.keys(files).sort();
  const entries = names.map((name) => [name, Buffer.from(files[name]!, "utf8")] as const);
  // Unix, and a file that its owner reads and writes.
  const attributes = { os: 3, attrs: (0o100600 << 16) >>> 0, mtime };
  return zipSync(Object.fromEntries(entries) as Zippable, { level: 6, ...attributes });
}
