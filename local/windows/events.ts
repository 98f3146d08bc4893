import type { MachineRecord } from "./record";

/** The logs of Windows in which something is played. */
export type EventLog = "System" | "TaskScheduler" | "OpenSSH" | "Firewall";

/** An event as its log keeps it. Never holds a secret of the stand-in's own. */
export interface WindowsEvent {
  log: EventLog;
  /** Milliseconds since 1970. */
  time: number;
  id: number;
  level: "Error" | "Warning" | "Information";
  provider: string;
  message: string;
  /** The values by their names; `data` for those that have none. */
  data: Record<string, string>;
  /** What the service manager has in the binary part alone: the service's short name. */
  service?: string;
}

/** What keeps a log from telling anything: it is switched off, or this Windows does not have it. */
export type LogState = "off" | "absent";

/** Windows' logs are bounded by size; these by the number of events in each. */
const kept = 100;

/** The task scheduler's history is off until somebody switches it on. */
export function logState({ logs }: MachineRecord, log: EventLog): LogState | undefined {
  if (logs && Object.hasOwn(logs, log)) return logs[log] ?? undefined;
  return log === "TaskScheduler" ? "off" : undefined;
}

/** Writes an event, where its log is on; the oldest of that log go. Does not save the record: whatever happened does. */
export function writeEvent(record: MachineRecord, event: WindowsEvent): void {
  if (logState(record, event.log)) return;
  const events = (record.events ??= []);
  events.push(event);
  const same = events.filter(({ log }) => log === event.log);
  if (same.length > kept) events.splice(events.indexOf(same[0]!), 1);
}

const manager = "Service Control Manager";

/** A service began to run. */
export function serviceStarted(record: MachineRecord, service: string, time: number): void {
  const param1 = record.services[service]?.displayName ?? service;
  writeEvent(record, {
    ...{ log: "System", time, id: 7036, level: "Information", provider: manager, service },
    message: `The ${param1} service entered the running state.`,
    data: { param1, param2: "running" },
  });
}

/** PNRPsvc ended at its start, for its own store or its keys. */
export function pnrpFailed(record: MachineRecord, hresult: string, time: number): void {
  const param1 = record.services.PNRPsvc?.displayName ?? "PNRPsvc";
  writeEvent(record, {
    ...{ log: "System", time, id: 102, level: "Error", provider: "Microsoft-Windows-PNRPSvc" },
    message: `The Peer Name Resolution Protocol cloud did not start because the creation of the default identity failed with error code: ${hresult}.`,
    data: { data: hresult },
  });
  writeEvent(record, {
    ...{ log: "System", time, id: 7023, level: "Error", provider: manager, service: "PNRPsvc" },
    message: `The ${param1} service terminated with the following error: ${hresult}`,
    data: { param1, param2: hresult },
  });
}

/** The scheduler started a task of ours, or could not because its user was refused. */
export function taskStarted(
  record: MachineRecord,
  task: { name: string; user: string; started: boolean },
  time: number,
): void {
  const TaskName = `\\${task.name}`;
  const UserName = `${record.computerName}\\${task.user}`;
  const common = { log: "TaskScheduler", provider: "Microsoft-Windows-TaskScheduler" } as const;
  writeEvent(
    record,
    task.started
      ? {
          ...{ ...common, time, id: 100, level: "Information" },
          message: `Task Scheduler started instance of the "${TaskName}" task for user "${UserName}".`,
          data: { TaskName, UserContext: UserName },
        }
      : {
          ...{ ...common, time, id: 101, level: "Error" },
          message: `Task Scheduler failed to start "${TaskName}" task for user "${UserName}". Additional Data: Error Value: 2147943726.`,
          data: { TaskName, UserContext: UserName, ResultCode: "2147943726" },
        },
  );
}

const ruleEvents = {
  added: {
    id: 2004,
    message: "A rule has been added to the Windows Defender Firewall exception list.",
  },
  corrected: {
    id: 2005,
    message: "A rule has been modified in the Windows Defender Firewall exception list.",
  },
  removed: {
    id: 2006,
    message: "A rule has been deleted in the Windows Defender Firewall exception list.",
  },
} as const;

export type RuleChange = keyof typeof ruleEvents;

/** A rule of the Windows Firewall was changed. */
export function ruleChanged(
  record: MachineRecord,
  name: string,
  change: RuleChange,
  time: number,
): void {
  const { id, message } = ruleEvents[change];
  writeEvent(record, {
    ...{ log: "Firewall", time, id, level: "Information", message },
    provider: "Microsoft-Windows-Windows Firewall With Advanced Security",
    data: { RuleId: name },
  });
}

/** Somebody logged on over SSH, or was refused. */
export function sshLogon(
  record: MachineRecord,
  { user, method, accepted }: { user: string; method: string; accepted: boolean },
  time: number,
): void {
  writeEvent(record, {
    ...{ log: "OpenSSH", time, id: 4, level: "Information", provider: "OpenSSH" },
    message: `sshd: ${accepted ? "Accepted" : "Failed"} ${method} for ${user} ssh2`,
    data: {
      process: "sshd",
      payload: `${accepted ? "Accepted" : "Failed"} ${method} for ${user} ssh2`,
    },
  });
}
