import type { Properties } from "../../../local/provider";
import { merge, os } from "./machineCase";
import type { RuleCase } from "./ruleCase";
import type { Made } from "./stage";
import { machineInputs, makeMachine, resourceGroupName, tokens } from "./stage";

function commandCase(rule: string, code: string, illegal: Properties, legal: Properties): RuleCase {
  const make =
    (name: string, properties: Properties): RuleCase["legal"] =>
    (stage) =>
      stage.create(tokens.runCommand, name, {
        resourceGroupName,
        vmName: "ada",
        source: { script: "1" },
        ...properties,
      });
  return {
    rule,
    code,
    prepare: async (stage, lab) => (await makeMachine(stage, lab, "ada")).machine.outputs,
    illegal: make("illegal", illegal),
    legal: make("legal", legal),
  };
}

export const runCommandCases: RuleCase[] = [
  commandCase(
    "RUNCMD-NAME",
    "InvalidParameter",
    { runCommandName: "c".repeat(81) },
    { runCommandName: "c".repeat(80) },
  ),
  commandCase("RUNCMD-ONE-SOURCE", "InvalidParameter", { source: null }, {}),
  commandCase(
    "RUNCMD-SCRIPT-ONLY",
    "RunCommandSourceNotServed",
    { source: { commandId: "IPConfig" } },
    {},
  ),
  commandCase(
    "RUNCMD-LOCATION",
    "InvalidResourceLocation",
    { location: "westus" },
    { location: "East US" },
  ),
  commandCase(
    "RUNCMD-RUNAS",
    "InvalidParameter",
    { runAsPassword: "x" },
    { runAsPassword: "x", runAsUser: "labuser" },
  ),
  commandCase(
    "RUNCMD-TIMEOUT",
    "InvalidParameter",
    { timeoutInSeconds: -1 },
    { timeoutInSeconds: 60 },
  ),
  {
    rule: "RUNCMD-VM-RUNNING",
    code: "OperationNotAllowed",
    prepare: async (stage, lab) => (await makeMachine(stage, lab, "ada")).machine.outputs,
    illegal: async (stage, _lab, { vmId }) => {
      await stage.server.setPower(String(vmId), "deallocated");
      await stage.create(tokens.runCommand, "c", {
        resourceGroupName,
        vmName: "ada",
        source: { script: "1" },
      });
    },
    legal: async (stage, _lab, { vmId }) => {
      await stage.server.setPower(String(vmId), "running");
      await stage.create(tokens.runCommand, "c", {
        resourceGroupName,
        vmName: "ada",
        source: { script: "1" },
      });
    },
  },
  {
    rule: "RUNCMD-AGENT",
    code: "OperationNotAllowed",
    prepare: async (stage, lab) => {
      const { machine } = await makeMachine(stage, lab, "bare", {
        machine: merge(
          os(machineInputs("bare", "").osProfile as Properties),
          os({
            allowExtensionOperations: false,
            windowsConfiguration: { provisionVMAgent: false },
          }),
        ),
      });
      await makeMachine(stage, lab, "ada");
      return machine.outputs;
    },
    illegal: (stage) =>
      stage.create(tokens.runCommand, "c", {
        resourceGroupName,
        vmName: "bare",
        source: { script: "1" },
      }),
    legal: (stage) =>
      stage.create(tokens.runCommand, "c", {
        resourceGroupName,
        vmName: "ada",
        source: { script: "1" },
      }),
  },
];

function scheduleCase(
  rule: string,
  code: string | undefined,
  illegal: (machine: string) => Properties,
  legal: (machine: string) => Properties = () => ({}),
): RuleCase {
  const make =
    (change: (machine: string) => Properties): RuleCase["legal"] =>
    (stage, _lab, { id }) =>
      stage.create(tokens.schedule, "s", {
        resourceGroupName,
        name: "shutdown-computevm-ada",
        taskType: "ComputeVmShutdownTask",
        targetResourceId: id,
        dailyRecurrence: { time: "1900" },
        ...change(String(id)),
      });
  return {
    rule,
    code,
    prepare: async (stage, lab) => ({ id: (await makeMachine(stage, lab, "ada")).machine.id }),
    illegal: make(illegal),
    legal: make(legal),
  };
}

/** A machine has one schedule, so the one that is only warned of makes room for the legal one. */
function removedAfterwards(schedule: RuleCase): RuleCase {
  return {
    ...schedule,
    illegal: async (stage, lab, prepared) =>
      stage.remove((await schedule.illegal(stage, lab, prepared)) as Made),
  };
}

const mail = { emailRecipient: "ada@example.org" };

export const scheduleCases: RuleCase[] = [
  scheduleCase("SCHEDULE-NAME", "InvalidScheduleId", () => ({ name: "shutdown-ada" })),
  scheduleCase(
    "SCHEDULE-TIME",
    "InvalidScheduleTime",
    () => ({ dailyRecurrence: { time: "2460" } }),
    () => ({ dailyRecurrence: { time: "19:00" } }),
  ),
  scheduleCase(
    "SCHEDULE-TARGET",
    "InvalidResourceReference",
    () => ({ location: "westus" }),
    () => ({ location: "East US" }),
  ),
  scheduleCase(
    "SCHEDULE-TIMEZONE",
    "InvalidTimeZone",
    () => ({ timeZoneId: "Europe/Berlin" }),
    () => ({ timeZoneId: "W. Europe Standard Time" }),
  ),
  scheduleCase(
    "SCHEDULE-NOTIFY-TIME",
    "InvalidNotificationTime",
    () => ({ notificationSettings: { status: "Enabled", ...mail, timeInMinutes: 14 } }),
    () => ({ notificationSettings: { status: "Enabled", ...mail, timeInMinutes: 15 } }),
  ),
  ...["", "ada"].map((emailRecipient) =>
    removedAfterwards(
      scheduleCase(
        "SCHEDULE-NOTIFY-TO",
        undefined,
        () => ({ notificationSettings: { status: "Enabled", emailRecipient } }),
        () => ({ notificationSettings: { status: "Enabled", ...mail } }),
      ),
    ),
  ),
];
