/** What is in the archive of `collect`: names and texts, before any secret is taken out of them. */
import { nameOfFile } from "./fileNames";
import type { DiagnosticItem, GetPeerDiagnosticsReport, GetPeerReport } from "../guest/contract";
import type { Finding } from "./askMachine";
import { describe } from "./checkMachines";
import type { GuestAnswer, NoAnswer } from "./askGuest";

/** What a machine was asked and answered. */
export interface CollectedMachine {
  machine: string;
  /** Why it was not asked at all. */
  notAsked?: Finding;
  report?: GuestAnswer<GetPeerReport>;
  diagnostics?: GuestAnswer<GetPeerDiagnosticsReport>;
}

/** Files of the archive by their paths, with forward slashes. */
export type CollectedFiles = Record<string, string>;

/** The files of one machine, in a folder of its key. */
export function filesOfMachine(one: CollectedMachine): CollectedFiles {
  const folder = nameOfFile(one.machine);
  const files: CollectedFiles = {};
  if (one.report && "report" in one.report) {
    files[`${folder}/report.json`] = jsonText(one.report.report);
  }
  if (one.diagnostics && "report" in one.diagnostics) {
    for (const item of one.diagnostics.report.items) {
      files[`${folder}/${fileOf(item.name)}`] = itemText(item);
    }
  }
  return files;
}

/** `holder.log` and `firewall.log` have the names of what they are. */
function fileOf(item: string): string {
  const logs: Record<string, string> = {
    holder: "holder.log",
    "holder-old": "holder.old.log",
    "firewall-log": "firewall.log",
  };
  return Object.hasOwn(logs, item) ? logs[item]! : `${nameOfFile(item)}.txt`;
}

function itemText({ source, text, truncated, error }: DiagnosticItem): string {
  const head = [`# ${source}`];
  if (error) head.push(`# ${error}`);
  if (truncated) head.push("# There was more than what was asked for.");
  return `${head.join("\n")}\n${text}${text === "" || text.endsWith("\n") ? "" : "\n"}`;
}

/** What is missing of a machine and why, in one sentence; undefined where it answered everything. */
export function missingOf({ notAsked, report, diagnostics }: CollectedMachine): string | undefined {
  if (notAsked) return describe(notAsked);
  const [noReport, noDiagnostics] = [report, diagnostics].map((answer) =>
    answer && !("report" in answer) ? answer : undefined,
  );
  if (noReport && noDiagnostics?.state === "silent") return describe(noReport);
  if (noDiagnostics && isOlder(noDiagnostics)) {
    const rest = noReport ? `; its report is missing: ${describe(noReport)}` : "";
    return `its guest files are older and know no diagnostics, pulumi up copies the new ones${rest}`;
  }
  const parts = [
    ...(noReport ? [`its report is missing: ${describe(noReport)}`] : []),
    ...(noDiagnostics ? [`its diagnostics are missing: ${describe(noDiagnostics)}`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join("; ");
}

/** Guest files of before this action refuse its name. */
function isOlder(answer: NoAnswer): boolean {
  return (
    answer.state === "failed" &&
    answer.code === "InvalidRequest" &&
    answer.message === "Unknown action."
  );
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

export interface ReadmeFacts {
  stack: string;
  /** ISO 8601, UTC. */
  time: string;
  /** The version of this library. */
  version: string;
  sinceHours: number;
  machines: readonly CollectedMachine[];
  /** What could not be asked beside the machines. */
  remarks: readonly string[];
  /** How many places were taken out of the other files. */
  secrets: number;
}

/** `README.txt` of the archive. */
export function readmeText(facts: ReadmeFacts): string {
  const { stack, time, version, sinceHours, machines, remarks, secrets } = facts;
  const missing = machines.flatMap((one) => {
    const why = missingOf(one);
    return why === undefined ? [] : [`  ${one.machine}: ${why}`];
  });
  const builds = machines.flatMap(({ machine, report }) =>
    report && "report" in report ? [`  ${machine}: Windows ${report.report.osBuild}`] : [],
  );
  return [
    `What the lab of the stack ${stack} looks like, collected ${time} by peerlab ${version}.`,
    "",
    "lab.json              the lab as the stack's state has it",
    "proof.json            what each machine found of the others when it last tested",
    "security-groups.json  what the network's security groups do with each declared port",
    "MACHINE/report.json   everything that the machine says about itself",
    `MACHINE/events-*.txt  events of the last ${sinceHours} hours, the newest first`,
    "MACHINE/holder.log    what the presence holder did",
    "MACHINE/netsh-*.txt   Windows' own diagnostics",
    "MACHINE/firewall*     rules of ours, and the log of the Windows Firewall",
    "",
    "A line that begins with # at the head of a file says where it is from, and why something is not there.",
    "",
    ...(missing.length === 0
      ? ["Every machine answered."]
      : ["These machines did not answer everything:", ...missing]),
    ...(remarks.length === 0 ? [] : ["", ...remarks]),
    "",
    secrets === 0
      ? "No text held a secret that is known here, or looked like a private key."
      : `${secrets} places that held a secret, or looked like a private key, say [secret] instead.`,
    "Addresses and names of machines and people are in it.",
    ...(builds.length === 0 ? [] : ["", ...builds]),
    "",
  ].join("\n");
}
