import { resourceGuid } from "../arm/store";
import { scheduleRules } from "../rules/schedules";
import type { ResourceType } from "./type";
import { commonView, stored } from "./type";

const apiVersion = "2018-09-15";

/** Auto-shutdown of a virtual machine. Schedules are kept and answered, and never fire. */
export const schedule: ResourceType = {
  token: "azure-native:devtestlab:GlobalSchedule",
  type: "Microsoft.DevTestLab/schedules",
  apiVersion,
  path: ["name"],
  replacedBy: ["location"],
  rules: scheduleRules,
  put: (put, azure) => azure.store.put(stored(put, { status: "Disabled", ...put.properties })),
  view: (resource) => ({
    ...commonView(resource, apiVersion),
    createdDate: resource.created,
    uniqueIdentifier: resourceGuid(resource),
  }),
  remove: (resource, azure) => azure.store.remove(resource.id),
};
