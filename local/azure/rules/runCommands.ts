import type { PutRequest } from "../arm/azure";
import { parentId } from "../arm/id";
import type {
  RunCommandProperties,
  VirtualMachineAssigned,
  VirtualMachineProperties,
} from "../arm/model";
import { assignedOf, normalizedLocation, propertiesOf } from "../arm/model";
import { runCommandName } from "./names";
import { referenceRules } from "./references";
import type { Rule } from "./rule";
import { tagRules } from "./tags";

function commandOf(put: PutRequest): RunCommandProperties {
  return propertiesOf<RunCommandProperties>(put);
}

export const oneSource: Rule = {
  id: "RUNCMD-ONE-SOURCE",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const { script, scriptUri, commandId } = commandOf(put).source ?? {};
    const given = [script, scriptUri, commandId].filter((source) => source !== undefined);
    return given.length === 1
      ? []
      : [
          `Run command ${put.name} must have exactly one of source.script, source.scriptUri and source.commandId; ` +
            `it has ${given.length}.`,
        ];
  },
};

/** Only scripts run here: there is nothing to fetch from, and the built-in commands are not played. */
export const scriptOnly: Rule = {
  id: "RUNCMD-SCRIPT-ONLY",
  grade: "A",
  code: "RunCommandSourceNotServed",
  check: (put) => {
    const { scriptUri, commandId } = commandOf(put).source ?? {};
    const other = scriptUri ? "source.scriptUri" : commandId ? "source.commandId" : undefined;
    return other
      ? [`Run command ${put.name} uses ${other}; this stand-in for Azure runs source.script only.`]
      : [];
  },
};

export const machineLocation: Rule = {
  id: "RUNCMD-LOCATION",
  grade: "A",
  code: "InvalidResourceLocation",
  check: (put, azure) => {
    const machine = azure.store.get(parentId(put.id));
    const { location } = commandOf(put);
    const wanted = machine && propertiesOf<VirtualMachineProperties>(machine).location;
    return normalizedLocation(location) === normalizedLocation(wanted)
      ? []
      : [
          `Run command ${put.name} has location '${location}', but its virtual machine is in '${wanted}'.`,
        ];
  },
};

export const agentRequired: Rule = {
  id: "RUNCMD-AGENT",
  grade: "A",
  status: 409,
  code: "OperationNotAllowed",
  check: (put, azure) => {
    const machine = azure.store.get(parentId(put.id));
    const profile = machine && propertiesOf<VirtualMachineProperties>(machine).osProfile;
    return profile?.windowsConfiguration?.provisionVMAgent === false ||
      profile?.allowExtensionOperations === false
      ? [
          "This operation cannot be performed when extension operations are disallowed: the machine has no VM agent.",
        ]
      : [];
  },
};

/** Run commands are extensions to Azure, and of an extension not even a tag changes while its machine is off. */
export const machineRunning: Rule = {
  id: "RUNCMD-VM-RUNNING",
  grade: "B",
  status: 409,
  code: "OperationNotAllowed",
  check: (put, azure) => {
    const machine = azure.store.get(parentId(put.id));
    const power = machine && assignedOf<VirtualMachineAssigned>(machine).power;
    return power === undefined || power === "running"
      ? []
      : ["Cannot modify extensions in the VM when the VM is not running."];
  },
};

export const runAsPair: Rule = {
  id: "RUNCMD-RUNAS",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const { runAsUser, runAsPassword } = commandOf(put);
    return runAsPassword !== undefined && runAsUser === undefined
      ? [`Run command ${put.name} has a runAsPassword and no runAsUser.`]
      : [];
  },
};

export const timeout: Rule = {
  id: "RUNCMD-TIMEOUT",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const { timeoutInSeconds } = commandOf(put);
    return timeoutInSeconds === undefined ||
      (Number.isInteger(timeoutInSeconds) && timeoutInSeconds >= 0)
      ? []
      : [
          `Run command ${put.name} has a timeout of ${timeoutInSeconds} seconds; it is a whole number from 0.`,
        ];
  },
};

export const runCommandRules: Rule[] = [
  runCommandName,
  ...tagRules,
  oneSource,
  scriptOnly,
  machineLocation,
  agentRequired,
  machineRunning,
  runAsPair,
  timeout,
  ...referenceRules,
];
