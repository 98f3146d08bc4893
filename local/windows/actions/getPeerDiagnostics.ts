import {
  diagnosticItems,
  firewallRulePrefix,
  guestDirectory,
  type DiagnosticItem,
  type GetPeerDiagnosticsReport,
  type GetPeerDiagnosticsRequest,
} from "../../../guest/contract";
import type { Logon } from "../accounts";
import { DiskError } from "../diskError";
import { logState, type EventLog, type WindowsEvent } from "../events";
import { holderRunsSince, nameStates } from "../holder";
import type { Machine } from "../machine";
import type { Action } from "./context";
import { netshText, type NetshItem } from "./netshText";

/** What there is of an item before it is bounded. */
type Told = Pick<DiagnosticItem, "source" | "text"> & Partial<DiagnosticItem>;

type Bounds = Pick<GetPeerDiagnosticsRequest, "sinceHours" | "maximumEvents" | "maximumCharacters">;

/** What the machine's logs and Windows' own diagnostics say; an item that is not there says so. */
export const getPeerDiagnostics: Action<
  GetPeerDiagnosticsRequest,
  GetPeerDiagnosticsReport
> = async ({ machine, logon }, bounds) => ({
  action: "Get-PeerDiagnostics",
  ...machine.facts,
  items: diagnosticItems.map((name) =>
    bounded(name, tell(machine, name, { ...bounds, logon }), bounds),
  ),
});

function bounded(
  name: DiagnosticItem["name"],
  { source, text, truncated = false, error }: Told,
  { maximumCharacters }: Bounds,
): DiagnosticItem {
  return {
    ...{ name, source, text: text.slice(0, maximumCharacters) },
    truncated: truncated || text.length > maximumCharacters,
    ...(error === undefined ? {} : { error }),
  };
}

/** The bounds of an item, and who reads it. */
type Reading = Bounds & { logon: Logon };

function tell(machine: Machine, name: DiagnosticItem["name"], bounds: Reading): Told {
  switch (name) {
    case "events-pnrp":
    case "events-services":
    case "events-task-scheduler":
    case "events-openssh":
    case "events-firewall":
      return events(machine, channels[name], bounds);
    case "holder":
      return holderLog(machine, bounds);
    case "holder-old":
      return fileEnd(machine, `${guestDirectory}/work/holder.old.log`, bounds);
    case "firewall-log":
      return firewallLog(machine, bounds);
    case "firewall-rules":
      return { source: "Get-NetFirewallRule", text: ownRules(machine) };
    default:
      return netshText(machine, name satisfies NetshItem);
  }
}

interface Channel {
  log: EventLog;
  /** The channel as Windows calls it. */
  name: string;
  has: (event: WindowsEvent) => boolean;
}

const services = ["PNRPsvc", "p2psvc", "p2pimsvc", "PNRPAutoReg", "sshd", "PeerLab-Holder"];
const peerProviders = ["Microsoft-Windows-PNRPSvc", "Microsoft-Windows-P2PIMSvc"];

const channels = {
  "events-pnrp": {
    ...{ log: "System", name: "System" },
    has: ({ provider }) => peerProviders.includes(provider),
  },
  "events-services": {
    ...{ log: "System", name: "System" },
    has: ({ service }) => service !== undefined && services.includes(service),
  },
  "events-task-scheduler": {
    log: "TaskScheduler",
    name: "Microsoft-Windows-TaskScheduler/Operational",
    has: ({ data }) => data.TaskName?.startsWith("\\PeerLab-") ?? false,
  },
  "events-openssh": { log: "OpenSSH", name: "OpenSSH/Operational", has: () => true },
  "events-firewall": {
    log: "Firewall",
    name: "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
    has: () => true,
  },
} satisfies Record<string, Channel>;

function events(machine: Machine, { log, name, has }: Channel, bounds: Bounds): Told {
  const state = logState(machine.record, log);
  if (state === "absent") {
    return { source: name, text: "", error: "This Windows has no such log." };
  }
  const since = machine.now() - bounds.sinceHours * 3_600_000;
  const found = (machine.record.events ?? [])
    .filter((event) => event.log === log && event.time >= since && has(event))
    .reverse();
  let text = "";
  let count = 0;
  for (const line of found.map(eventText)) {
    if (count === bounds.maximumEvents) break;
    if (text.length + line.length > bounds.maximumCharacters) break;
    text += line;
    count += 1;
  }
  const error = "The log is switched off; what it holds is from before.";
  return {
    ...{ source: name, text, truncated: count < found.length },
    ...(state === "off" ? { error } : {}),
  };
}

function eventText({ time, id, level, provider, message, data }: WindowsEvent): string {
  // Windows counts in units of 100 nanoseconds.
  const when = new Date(time).toISOString().replace(/Z$/, "0000Z");
  const values = Object.entries(data).map(([name, value]) => `${name} = ${value}`);
  return [`${when}  ${id}  ${level}  ${provider}`, ...[message, ...values].map(indented)]
    .map((line) => `${line}\n`)
    .join("");
}

const indented = (line: string) => `    ${line}`;

/** The holder here writes no file: its log is what it would have written since it runs, after what the file has. */
function holderLog(machine: Machine, bounds: Reading): Told {
  const path = `${guestDirectory}/work/holder.log`;
  const since = holderRunsSince(machine);
  if (since === undefined) return fileEnd(machine, path, bounds);
  const before = machine.disk.find(path) ? fileEnd(machine, path, bounds).text : "";
  const time = `${new Date(since).toISOString().slice(0, 19)}Z`;
  const lines = [
    "started",
    ...nameStates(machine).map(({ peerName, state }) => `name ${peerName} ${state}`),
  ];
  const text = before + lines.map((line) => `${time} ${line}\n`).join("");
  return { source: path, text: text.slice(-bounds.maximumCharacters) };
}

function fileEnd({ disk }: Machine, path: string, { maximumCharacters, logon }: Reading): Told {
  if (!disk.find(path)) return { source: path, text: "", error: "It is not there." };
  try {
    const whole = disk.read(path, logon).toString("utf8").replaceAll("\r\n", "\n");
    const truncated = whole.length > maximumCharacters;
    const end = whole.slice(-maximumCharacters);
    return { source: path, truncated, text: truncated ? end.slice(end.indexOf("\n") + 1) : end };
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return { source: path, text: "", error: "It cannot be read: UnauthorizedAccessException." };
  }
}

function firewallLog(machine: Machine, bounds: Reading): Told {
  if (!machine.record.firewallLogging) {
    return {
      source: "the log of the Windows Firewall",
      text: "",
      error: "It is switched off in every profile.",
    };
  }
  return fileEnd(machine, "C:/Windows/System32/LogFiles/Firewall/pfirewall.log", bounds);
}

function ownRules({ record }: Machine): string {
  return record.firewallRules
    .filter(({ name }) => name.startsWith(firewallRulePrefix))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((rule) => {
      const { name, enabled, action, profiles, edgeTraversal, protocol, port } = rule;
      const isEnabled = enabled ? "True" : "False";
      const where = profiles.join(", ") || "Any";
      return `${name}\n    enabled ${isEnabled}, Inbound, ${action}, profiles ${where}, edge ${edgeTraversal}\n    ${protocol} ${port} from ${rule.remoteAddresses.join(",") || "Any"}\n`;
    })
    .join("");
}
