import { spawn } from "node:child_process";
import * as os from "node:os";
import * as path from "node:path";
import { isOff } from "../components/power";
import { exitCodes, type LabContext } from "./context";
import { readLab, type LabInState, type LabMachineInState } from "./labInState";
import { virtualMachinesNow } from "./machinePower";
import { writeOwnerFiles } from "./ownerFiles";
import { rdpFile, remoteDesktopPort, tunnelPorts } from "./rdpFile";
import { selectMachines } from "./selectMachines";
import { sshLine } from "./sshConfig";
import { withSlashes, writeSshFiles, type SshFiles } from "./sshFiles";
import { asItIsNow, openStack, type Stack, type StateResource } from "./stack";

export interface ConnectOptions {
  stack?: string;
  all?: boolean;
  directory?: string;
  rdp?: boolean;
  run?: boolean;
  jumpIdentity?: string;
  /** Whether Azure is asked which machines are off. */
  power: boolean;
  force?: boolean;
}

/** A selected machine that can be reached, as the last update left it. */
type Reachable = LabMachineInState & { ask: NonNullable<LabMachineInState["ask"]> };

/** Shows how to log on to machines, or logs on to one. */
export async function connect(
  context: LabContext,
  words: readonly string[],
  options: ConnectOptions,
  call: string,
): Promise<number> {
  const { folder, environment, report, output, further } = context;
  const runs = options.run === true || further.length > 0;
  const mistake = mistakeIn(words, options, runs);
  if (mistake !== undefined) {
    report(mistake);
    return exitCodes.usage;
  }
  const stack = asItIsNow(
    await openStack({ stack: options.stack, project: folder, environment, report }),
  );
  const lab = await readLab(stack);
  const selected = selectMachines(lab, {
    machines: words,
    people: [],
    rings: [],
    all: options.all === true,
  });
  const machines = selected.filter((one): one is Reachable => one.ask !== undefined);
  for (const { machine } of selected.filter(({ ask }) => !ask)) {
    report(`${machine}: its last update did not come to its end; pulumi up finishes it.`);
  }
  if (machines.length === 0) return exitCodes.failed;

  const files = await writeSshFiles(lab, { ...options, folder, command: `${call} connect` });
  for (const remark of files.remarks) report(remark);
  const reachable = machines.filter(({ machine }) => files.machines.includes(machine));
  const off = options.power ? await whichAreOff(reachable, stack, report) : new Map();
  const suffix = options.stack === undefined ? "" : ` --stack ${options.stack}`;
  for (const [machine, power] of off) {
    report(`${machine} is off (${power}). ${call} start ${machine}${suffix} starts it.`);
  }
  if (runs) {
    const [one] = reachable;
    if (one === undefined || (off.size > 0 && !options.force)) return exitCodes.failed;
    return runSsh(["-F", files.config, one.machine, ...further], context, stack.environment);
  }
  for (const { machine } of reachable) output(`${sshLine(files.shown, machine)}\n`);
  if (options.rdp) await writeRdpFiles(lab, reachable, await stack.resources(), files, context);
  report(await passwordRemark(stack));
  const jumps = reachable.flatMap(({ ask }) => ask.connection.jumpHost ?? []);
  if (jumps.some(({ privateKey }) => privateKey === undefined)) report(jumpPasswordRemark);
  return reachable.length === selected.length ? exitCodes.done : exitCodes.failed;
}

function mistakeIn(
  words: readonly string[],
  { all, rdp, force }: ConnectOptions,
  runs: boolean,
): string | undefined {
  if (words.length === 0 && !all) return "Name the machines, or give --all.";
  if (runs && (words.length !== 1 || all)) {
    return "--run, and words after --, are for exactly one machine.";
  }
  if (runs && rdp) return "--rdp writes files and runs nothing; leave --run and -- away.";
  if (force && !runs) return "--force is for --run: what only shows a line dials nobody.";
  return undefined;
}

/** The power of those that are off, by key. Nobody where Azure cannot be asked, which is said. */
async function whichAreOff(
  machines: readonly Reachable[],
  stack: Stack,
  report: (line: string) => void,
): Promise<Map<string, string>> {
  const ids = machines.flatMap(({ virtualMachineId: id }) => (id === undefined ? [] : [id]));
  try {
    const options = { settings: await stack.settings(), environment: stack.environment };
    const now = await virtualMachinesNow(ids, options);
    return new Map(
      machines
        .map(({ machine, virtualMachineId: id }) => [machine, now.get(id ?? "")?.power] as const)
        .filter((one): one is [string, string] => isOff(one[1])),
    );
  } catch (error) {
    report(`Azure cannot be asked which machines are off: ${(error as Error).message}`);
    return new Map();
  }
}

/** Writes a `.rdp` file for each machine, and shows it after the tunnel that it goes through. */
async function writeRdpFiles(
  lab: LabInState,
  machines: readonly Reachable[],
  resources: readonly StateResource[],
  { directory, shown }: SshFiles,
  { output, report }: LabContext,
): Promise<void> {
  const tunnels = tunnelPorts(
    lab.stack,
    lab.machines.map(({ machine }) => machine),
  );
  const closed: string[] = [];
  for (const { machine, computerName, ask } of machines) {
    const { host, user, jumpHost } = ask.connection;
    const isOpen = !jumpHost && opensRemoteDesktop(machine, resources);
    if (!jumpHost && !isOpen) closed.push(machine);
    const port = tunnels.get(machine)!;
    const file = path.join(directory, `${machine}.rdp`);
    const content = isOpen
      ? rdpFile({ host, computerName, user })
      : rdpFile({ host: "127.0.0.1", port, computerName, user });
    await writeOwnerFiles([{ path: file, content }], { force: true });
    if (!isOpen) {
      const forwarded = `127.0.0.1:${port}:127.0.0.1:${remoteDesktopPort}`;
      output(`${sshLine(shown, "-N", "-L", forwarded, machine)}\n`);
    }
    output(`${withSlashes(path.join(path.dirname(shown), `${machine}.rdp`))}\n`);
  }
  if (closed.length > 0) {
    report(
      `The lab does not open Remote Desktop (rdp: true does) to ${closed.join(", ")}: run the line with -L first, which goes there through SSH.`,
    );
  }
}

/** Whether the lab of a machine lets its administrators reach Remote Desktop. */
function opensRemoteDesktop(machine: string, resources: readonly StateResource[]): boolean {
  return resources
    .filter(({ type }) => type === "peerlab:index:PeerLab")
    .some(({ inputs, outputs }) => {
      const machines = (outputs?.machines ?? {}) as Record<string, unknown>;
      return inputs?.rdp === true && Object.hasOwn(machines, machine);
    });
}

async function passwordRemark(stack: Stack): Promise<string> {
  return (await stack.output("adminPasswords")) === undefined
    ? "ssh asks for the password, which the program knows."
    : `ssh asks for the password: pulumi stack output adminPasswords --show-secrets --stack ${stack.name} shows those of all machines.`;
}

const jumpPasswordRemark =
  "Before that it asks for the jump host's: jumpHost of the configuration has it, or the variable PEERLAB_JUMP_HOST, as on the stand-in: npm run local -- printenv PEERLAB_JUMP_HOST";

/** Runs the real client in our own terminal; its exit code, 255 where it could not connect. */
function runSsh(
  args: readonly string[],
  { folder, signal, endsItself }: LabContext,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  // Ctrl-C reaches the client by itself, from the terminal, and is its own affair.
  endsItself();
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", args, { cwd: folder, env: environment, stdio: "inherit" });
    const pass = () => {
      if (signal.reason !== "SIGINT") child.kill(signal.reason as NodeJS.Signals);
    };
    signal.addEventListener("abort", pass, { once: true });
    child.once("error", (error: NodeJS.ErrnoException) => {
      const missing = "There is no ssh in PATH: install OpenSSH's client.";
      reject(error.code === "ENOENT" ? new Error(missing) : error);
    });
    child.once("exit", (code, by) => resolve(code ?? 128 + os.constants.signals[by!]));
    child.once("close", () => signal.removeEventListener("abort", pass));
  });
}
