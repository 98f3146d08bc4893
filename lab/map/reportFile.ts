/** Reads what `check --output` has written, for a map: everything that is drawn of it is looked at first. */
import type { ProofReport } from "../../components/plan/proofVerdict";

/** The part of a lab's report that a map shows. */
export interface ReportFile {
  /** How the file was named. */
  file: string;
  /** When the machines were asked: ISO 8601, UTC. */
  time: string;
  /** What each machine found, by key; without those that were asked about themselves alone. */
  proof: Record<string, ProofReport>;
}

type Fields = Record<string, unknown>;

/** Takes the text of a report of the stack. Throws, with all of them, where something in it is not what a report has. */
export function readReport(text: string, file: string, stack: string): ReportFile {
  const wrong = (mistakes: readonly string[]) =>
    new Error(
      [`${file} is no report of check --output:`, ...mistakes.map((line) => `  ${line}`)].join(
        "\n",
      ),
    );
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch (error) {
    throw wrong([`It is no JSON: ${(error as Error).message}.`]);
  }
  if (!isObject(report)) throw wrong([`It is ${kindOf(report)}, not an object.`]);
  if (isObject(report.proof)) {
    throw wrong(["It is what check --json shows; --output FILE writes the report."]);
  }
  const mistakes: string[] = [];
  if (typeof report.stack !== "string")
    mistakes.push(`stack is ${kindOf(report.stack)}, not a text.`);
  else if (lastPart(report.stack) !== lastPart(stack)) {
    mistakes.push(`It is of the stack ${JSON.stringify(report.stack)}, not of ${stack}.`);
  }
  if (typeof report.time !== "string" || Number.isNaN(Date.parse(report.time))) {
    mistakes.push(`time is ${JSON.stringify(report.time) ?? "absent"}, not a time as of ISO 8601.`);
  }
  if (!isObject(report.machines)) {
    mistakes.push(`machines is ${kindOf(report.machines)}, not an object.`);
  }
  const machines = isObject(report.machines) ? report.machines : {};
  const proof = Object.fromEntries(
    Object.entries(machines).flatMap(([key, found]) => {
      const own = isObject(found) ? found : {};
      if (!isObject(found)) mistakes.push(`machines.${key} is ${kindOf(found)}, not an object.`);
      // Without a proof of it there is only what it says of itself.
      if (own.ports === undefined && own.failures === undefined) return [];
      mistakes.push(...mistakesIn(own, `machines.${key}`));
      return [[key, own as unknown as ProofReport]];
    }),
  );
  if (mistakes.length > 0) {
    const more = mistakes.length - mostShown;
    throw wrong(more > 0 ? [...mistakes.slice(0, mostShown), `And ${more} more.`] : mistakes);
  }
  return { file, time: new Date(String(report.time)).toISOString(), proof };
}

const mostShown = 20;

/** What of a machine's proof is not as it should be; only what a map shows is looked at. */
function mistakesIn(found: Fields, at: string): string[] {
  const texts = (name: string, optional = false) =>
    (optional && found[name] === undefined) ||
    isListOf(found[name], (one) => typeof one === "string")
      ? []
      : [`${at}.${name} is no list of texts.`];
  const isName = (one: unknown) =>
    isObject(one) && typeof one.peerName === "string" && typeof one.state === "string";
  const ports = Array.isArray(found.ports) ? (found.ports as unknown[]) : undefined;
  return [
    ...(ports ? [] : [`${at}.ports is ${kindOf(found.ports)}, not a list.`]),
    ...(ports ?? []).flatMap((port, index) => mistakesInPort(port, `${at}.ports[${index}]`)),
    ...texts("failures"),
    ...texts("notTested", true),
    ...(found.leftOut === undefined || typeof found.leftOut === "string"
      ? []
      : [`${at}.leftOut is ${kindOf(found.leftOut)}, not a text.`]),
    ...(typeof found.cloud === "string"
      ? []
      : [`${at}.cloud is ${kindOf(found.cloud)}, not a text.`]),
    ...(isListOf(found.names, isName)
      ? []
      : [`${at}.names is no list of names with their states.`]),
  ];
}

function mistakesInPort(port: unknown, at: string): string[] {
  if (!isObject(port)) return [`${at} is ${kindOf(port)}, not an object.`];
  const { machine, port: number, verdict, reason } = port;
  return [
    ...(typeof machine === "string" ? [] : [`${at}.machine is ${kindOf(machine)}, not a text.`]),
    ...(Number.isInteger(number) && Number(number) >= 1 && Number(number) <= 65535
      ? []
      : [`${at}.port is ${JSON.stringify(number) ?? "absent"}, not a port from 1 to 65535.`]),
    ...(typeof verdict === "string" ? [] : [`${at}.verdict is ${kindOf(verdict)}, not a text.`]),
    ...(reason === undefined || typeof reason === "string"
      ? []
      : [`${at}.reason is ${kindOf(reason)}, not a text.`]),
  ];
}

/** Of a stack of another organisation, or of a file, the name alone is compared. */
function lastPart(stack: string): string {
  return stack.slice(stack.lastIndexOf("/") + 1);
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "absent";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a value of the type ${typeof value}`;
}
