import type { ScheduleProperties } from "../arm/model";
import { nameOf } from "../arm/id";
import { propertiesOf } from "../arm/model";
import { tags } from "./names";
import { mustExist } from "./references";
import type { Rule } from "./rule";

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

export const scheduleTarget = mustExist(
  "SCHEDULE-TARGET",
  (put) => [
    {
      id: propertiesOf<ScheduleProperties>(put).targetResourceId,
      type: "Microsoft.Compute/virtualMachines",
    },
  ],
  { sameRegion: true },
);

export const scheduleRules: Rule[] = [tags, scheduleName, scheduleTime, scheduleTarget];
