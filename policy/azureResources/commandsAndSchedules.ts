import { oneOf, received, type Finding } from "../../components/plan/findings";
import { shutdownNotice, shutdownTime } from "../../components/plan/rules/autoShutdown";
import { timeZone } from "../../components/plan/rules/machines";
import { rule } from "../../components/plan/rules/rule";
import { sources } from "../../components/plan/rules/sources";
import { isObject, textAt, unknown, valueAt, type PlainObject } from "../properties";
import type { Resource } from "../resource";
import { ofNumber, ofText } from "./known";

const sourceKeys = ["script", "scriptUri", "commandId"] as const;

export const oneSource = rule(
  {
    id: "RUNCMD-ONE-SOURCE",
    source: "azure-compute-docs, virtual-machines/windows/run-command-managed.md",
  },
  (_path, given: readonly string[]) =>
    given.length === 1
      ? []
      : [
          `has ${given.length === 0 ? "none" : given.join(" and ")}; it has exactly one of ${oneOf(sourceKeys)}`,
        ],
);

export const oneProtectedForm = rule(
  { id: "EXT-PROTECTED-XOR", source: sources.azureNative },
  (_path, both: boolean) =>
    both ? ["stands beside protectedSettingsFromKeyVault; give one of the two"] : [],
);

export const commandTimeout = rule(
  { id: "RUNCMD-TIMEOUT", source: sources.azureNative },
  (_path, seconds: number) =>
    seconds < 0 ? [`is ${received(seconds)}; it is a number of seconds`] : [],
);

export const scheduleName = rule(
  { id: "SCHEDULE-NAME", source: "Azure/bicep#4944: InvalidScheduleId" },
  (_path, name: string, machine: string | undefined) => {
    const wanted = machine === undefined ? undefined : `shutdown-computevm-${machine}`;
    const isRight =
      wanted === undefined
        ? /^shutdown-computevm-./i.test(name)
        : name.toLowerCase() === wanted.toLowerCase();
    return isRight
      ? []
      : [
          `is ${received(name)}; the schedule that switches a machine off is named ${wanted ?? "shutdown-computevm-<machine>"}`,
        ];
  },
);

export function judgeRunCommandSource({ properties }: Resource): Finding[] {
  const source = valueAt(properties, "source");
  if (source === unknown) return [];
  const timeout = ofNumber(properties, "", ["timeoutInSeconds"], commandTimeout);
  const given = sourceKeys.filter((key) => isGiven(source as PlainObject | undefined, key));
  return [...oneSource("source", given), ...timeout];
}

export function judgeExtension({ properties }: Resource): Finding[] {
  return oneProtectedForm(
    "protectedSettings",
    isObject(valueAt(properties, "protectedSettings")) &&
      isObject(valueAt(properties, "protectedSettingsFromKeyVault")),
  );
}

/** Only the schedules that switch machines off: others have names of their own. */
export function judgeSchedule({ properties }: Resource): Finding[] {
  if (textAt(properties, "taskType")?.toLowerCase() !== "computevmshutdowntask") return [];
  const machine = /\/virtualMachines\/([^/]+)$/i.exec(textAt(properties, "targetResourceId") ?? "");
  return [
    ...ofText(properties, "", ["name"], (path, name) => scheduleName(path, name, machine?.[1])),
    ...ofText(properties, "", ["dailyRecurrence", "time"], (path, time) =>
      // Both ways of writing the time are seen.
      shutdownTime(path, time.replace(":", "")),
    ),
    ...ofText(properties, "", ["timeZoneId"], timeZone),
    ...(textAt(properties, "notificationSettings", "status")?.toLowerCase() === "enabled"
      ? ofNumber(properties, "", ["notificationSettings", "timeInMinutes"], shutdownNotice)
      : []),
  ];
}

function isGiven(source: PlainObject | undefined, key: string): boolean {
  const value = valueAt(source, key);
  return value !== undefined && value !== "";
}
