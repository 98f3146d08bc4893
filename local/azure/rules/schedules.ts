import type { ScheduleProperties } from "../arm/model";
import { nameOf } from "../arm/id";
import { propertiesOf } from "../arm/model";
import { referenceRules, refersTo } from "./references";
import type { Rule } from "./rule";
import { tagRules } from "./tags";
import { isWindowsTimeZone } from "./timeZones";

/** The auto-shutdown of a machine has a fixed name, and lies in the machine's resource group. */
export const scheduleName: Rule = {
  id: "SCHEDULE-NAME",
  grade: "B",
  code: "InvalidScheduleId",
  check: (put) => {
    const { targetResourceId, taskType } = propertiesOf<ScheduleProperties>(put);
    if (taskType !== "ComputeVmShutdownTask" || targetResourceId === undefined) return [];
    const group = (id: string) => id.split("/")[4]?.toLowerCase();
    const expected = `shutdown-computevm-${nameOf(targetResourceId)}`;
    return put.name.toLowerCase() === expected.toLowerCase() &&
      group(put.id) === group(targetResourceId)
      ? []
      : [
          `Schedule's id ${put.id} is invalid: a schedule of taskType ComputeVmShutdownTask must be named ${expected} ` +
            "in the resource group of its virtual machine.",
        ];
  },
};

export const scheduleTime: Rule = {
  id: "SCHEDULE-TIME",
  grade: "B",
  code: "InvalidScheduleTime",
  check: (put) => {
    const time = propertiesOf<ScheduleProperties>(put).dailyRecurrence?.time;
    return time === undefined || /^([01]\d|2[0-3]):?[0-5]\d$/.test(time)
      ? []
      : [
          `The time '${time}' of schedule ${put.name} is invalid; it has the form HHmm, for example 1900.`,
        ];
  },
};

export const scheduleTarget = refersTo(
  "SCHEDULE-TARGET",
  "Microsoft.Compute/virtualMachines",
  (put) => [propertiesOf<ScheduleProperties>(put).targetResourceId],
);

export const scheduleTimeZone: Rule = {
  id: "SCHEDULE-TIMEZONE",
  grade: "C",
  code: "InvalidTimeZone",
  check: (put) => {
    const { timeZoneId } = propertiesOf<ScheduleProperties>(put);
    return timeZoneId === undefined || isWindowsTimeZone(timeZoneId)
      ? []
      : [
          `Property TimeZoneId of schedule ${put.name} must be a valid time zone; it is '${timeZoneId}'.`,
        ];
  },
};

export const notificationTime: Rule = {
  id: "SCHEDULE-NOTIFY-TIME",
  grade: "C",
  code: "InvalidNotificationTime",
  check: (put) => {
    const minutes = propertiesOf<ScheduleProperties>(put).notificationSettings?.timeInMinutes;
    return minutes === undefined || (minutes >= 15 && minutes <= 120)
      ? []
      : [`Schedule ${put.name} notifies ${minutes} minutes before; allowed are 15 to 120.`];
  },
};

export const notificationRecipient: Rule = {
  id: "SCHEDULE-NOTIFY-TO",
  grade: "U",
  code: "InvalidNotificationSettings",
  check: (put) => {
    const { notificationSettings: settings } = propertiesOf<ScheduleProperties>(put);
    if (settings?.status !== "Enabled") return [];
    const recipients = (settings.emailRecipient ?? "").split(";").filter((text) => text !== "");
    const wrong = recipients.filter((text) => !/^[^\s@]+@[^\s@]+$/.test(text.trim()));
    return [
      ...(recipients.length === 0 && !settings.webhookUrl
        ? [`Schedule ${put.name} notifies nobody: neither by e-mail nor by a web hook.`]
        : []),
      ...wrong.map(
        (text) => `The recipient '${text}' of schedule ${put.name} is no e-mail address.`,
      ),
    ];
  },
};

export const scheduleRules: Rule[] = [
  ...tagRules,
  scheduleName,
  scheduleTime,
  scheduleTarget,
  scheduleTimeZone,
  notificationTime,
  notificationRecipient,
  ...referenceRules,
];
