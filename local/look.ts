import * as fs from "node:fs";
import * as path from "node:path";
import Table from "cli-table3";
import { firewallRulePrefix } from "../guest/contract";
import { readAzureState } from "./azure";
import { partsOf } from "./directory";
import { openJournal } from "./journal";
import { openRecords } from "./records";
import { formatEntry } from "./serve";
import type { MachineRecord } from "./windows/record";

/** What `look` can show. */
export const lookSubjects = ["resources", "machines", "rules", "ran"] as const;

type LookSubject = (typeof lookSubjects)[number];

/**
 * Describes the stand-in's state as text, whether it runs or not: everything, or the one subject named. Throws where the
 * subject is none of {@link lookSubjects}.
 */
export function look(directory: string, subject?: string): string {
  if (subject !== undefined && !isSubject(subject)) {
    throw new Error(
      `look can show ${lookSubjects.join(", ")}; it cannot show ${JSON.stringify(subject)}.`,
    );
  }
  if (!fs.existsSync(directory)) return "There is nothing yet. npm start makes a lab.";
  const views: Record<LookSubject, () => string> = {
    resources: () => resourceTable(directory),
    machines: () => machineTable(directory),
    rules: () => ruleTable(directory),
    ran: () => ranList(directory),
  };
  if (subject !== undefined) return views[subject]();
  return lookSubjects.map((name) => `${titles[name]}\n${views[name]()}`).join("\n\n");
}

const titles: Record<LookSubject, string> = {
  resources: "Resources in Azure",
  machines: "Windows machines",
  rules: "Rules of the network security groups and of the machines' Windows Firewall",
  ran: "What ran on the machines",
};

function isSubject(text: string): text is LookSubject {
  return (lookSubjects as readonly string[]).includes(text);
}

function resourceTable(directory: string): string {
  return table(
    ["Type", "Name", "Resource group", "Location", "State"],
    azureState(directory).resources.map((resource) => [
      resource.type.replace(/^Microsoft\./, ""),
      resource.name,
      resource.resourceGroup,
      resource.location,
      resource.provisioningState,
    ]),
  );
}

function machineTable(directory: string): string {
  const windows = new Map(windowsMachines(directory).map((record) => [record.vmId, record]));
  return table(
    ["Machine", "Computer name", "Size", "Power", "Addresses", "Peer names"],
    azureState(directory).machines.map((machine) => {
      const identities = Object.values(windows.get(machine.vmId)?.identities ?? {}).flat();
      return [
        machine.name,
        machine.computerName,
        machine.size,
        machine.power,
        [...machine.privateAddresses, ...machine.publicAddresses].join("\n"),
        identities.map(({ peerName }) => peerName).join("\n"),
      ];
    }),
  );
}

function ruleTable(directory: string): string {
  const columns = ["Of", "Rule", "Priority", "Access", "Protocol", "From", "To", "Ports"];
  const security = azureState(directory).securityRules.map((rule) => [
    rule.group,
    rule.name,
    `${rule.direction === "Inbound" ? "in" : "out"} ${rule.priority}`,
    rule.access,
    rule.protocol,
    rule.source.replaceAll(", ", "\n"),
    rule.destination.replaceAll(", ", "\n"),
    rule.ports,
  ]);
  const firewall = windowsMachines(directory).flatMap((machine) =>
    machine.firewallRules
      // Windows' own rules are many and the same on every machine.
      .filter(({ name }) => name.startsWith(firewallRulePrefix))
      .map((rule) => [
        machine.computerName,
        rule.name,
        "",
        rule.enabled ? rule.action : "disabled",
        rule.protocol,
        rule.remoteAddresses.join("\n") || "*",
        "",
        String(rule.port),
      ]),
  );
  return table(columns, [...security, ...firewall]);
}

function ranList(directory: string): string {
  const ran = openJournal(directory)
    .read()
    .filter(({ kind }) => kind === "runCommand" || kind === "command" || kind === "copy");
  return ran.length === 0 ? "nothing" : ran.map(formatEntry).join("\n");
}

function azureState(directory: string) {
  return readAzureState(partsOf(directory).azure);
}

function windowsMachines(directory: string): MachineRecord[] {
  return openRecords<MachineRecord>(path.join(partsOf(directory).windows, "machines"))
    .values()
    .sort((a, b) => (a.computerName < b.computerName ? -1 : 1));
}

function table(head: string[], rows: string[][]): string {
  if (rows.length === 0) return "none";
  // No colours: the tables are also read in logs.
  const result = new Table({ head, style: { head: [], border: [], compact: true } });
  result.push(...rows);
  return result.toString();
}
