import { checkMachines, exitCodeOf, type Checked } from "./checkMachines";
import { exitCodes, type LabContext } from "./context";
import { identityCopiesKey } from "./identityCopies";
import { readLab, type LabMachineInState } from "./labInState";
import { virtualMachinesNow, type VirtualMachineNow } from "./machinePower";
import { machineStatus, personStatuses, type Found, type LabStatus } from "./machineStatus";
import { showCount } from "./progress";
import { selectMachines } from "./selectMachines";
import { asItIsNow, openStack, type Stack } from "./stack";
import { statusText } from "./statusTable";

export interface StatusOptions {
  stack?: string;
  /** Keys of people, whose machines are shown. */
  person?: readonly string[];
  /** Names of rings, whose machines are shown. */
  ring?: readonly string[];
  /** Whether the machines are asked, too; the state and Azure always are. */
  ask: boolean;
  json?: boolean;
}

/**
 * Shows how machines stand: what the last update left, what Azure says of their power, and what they say themselves. The exit code is
 * that of their check: 0 where all are as wanted, 2 where one is not, else 1. Where none is asked, it is 1 where Azure cannot be asked.
 */
export async function showStatus(
  context: LabContext,
  words: readonly string[],
  options: StatusOptions,
): Promise<number> {
  const { folder, environment, report, output } = context;
  const { person: people = [], ring: rings = [] } = options;
  const opened = await openStack({ stack: options.stack, project: folder, environment, report });
  const stack = asItIsNow(opened);
  const lab = await readLab(stack);
  const all = words.length + people.length + rings.length === 0;
  const machines = selectMachines(lab, { machines: words, people, rings, all });
  const azure = await powerNow(stack, machines, report);
  const power = azure ?? new Map<string, VirtualMachineNow>();
  const checked = options.ask ? await ask(stack, machines, power, context) : [];
  const found: Found = { power, checked: new Map(checked.map((one) => [one.machine, one])) };
  const copies = (await stack.configuration(identityCopiesKey)) ?? {};
  const shown = lab.people.filter(
    ({ person }) => all || machines.some((machine) => machine.person === person),
  );
  const status: LabStatus = {
    stack: lab.stack,
    time: new Date().toISOString(),
    resourceGroups: lab.resourceGroups,
    rings: lab.rings,
    machines: machines.map((machine) => machineStatus(machine, lab.proof, found)),
    people: personStatuses(shown, copies as Record<string, string>),
  };
  output(`${options.json ? JSON.stringify(status, undefined, 2) : statusText(status)}\n`);
  if (options.ask) return exitCodeOf(checked);
  return azure ? exitCodes.done : exitCodes.failed;
}

/** What Azure has of the machines' VMs, by ARM id; undefined where it cannot be asked, which is reported. */
async function powerNow(
  stack: Stack,
  machines: readonly LabMachineInState[],
  report: (message: string) => void,
): Promise<Map<string, VirtualMachineNow> | undefined> {
  const ids = machines.flatMap(({ virtualMachineId: id }) => (id === undefined ? [] : [id]));
  const azure = { settings: await stack.settings(), environment: stack.environment };
  return virtualMachinesNow(ids, azure).catch((error: Error) => {
    report(`Azure cannot be asked which machines are off: ${error.message}`);
    return undefined;
  });
}

async function ask(
  stack: Stack,
  machines: readonly LabMachineInState[],
  power: Found["power"],
  { screen, report }: LabContext,
): Promise<Checked[]> {
  // A selection may be of nobody, which is not everybody.
  if (machines.length === 0) return [];
  const count = showCount(screen, machines.length, "machines looked at");
  try {
    const only = machines.map(({ machine }) => machine);
    return await checkMachines({ stack, only, report, power, onChecked: () => count.add() });
  } finally {
    count.end();
  }
}
