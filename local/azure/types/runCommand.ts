import type { Azure, PutRequest } from "../arm/azure";
import { AzureError } from "../arm/error";
import { parentId } from "../arm/id";
import type { RunCommandProperties, VirtualMachineAssigned } from "../arm/model";
import { assignedOf, propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import type { RunCommandResult } from "../../interfaces";
import type { Properties } from "../../provider";
import { runCommandRules } from "../rules/runCommands";
import type { ResourceType } from "./type";
import { commonView, computeApiVersion, OperationFailure, stored, without } from "./type";

const defaultTimeout = 5400;
/** Azure keeps the end of what a script printed. */
const keptBytes = 4096;

/** Managed run commands: the PUT runs the script, and the instance view tells how it went. */
export const runCommand: ResourceType = {
  token: "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
  type: "Microsoft.Compute/virtualMachines/runCommands",
  apiVersion: computeApiVersion,
  path: ["vmName", "runCommandName"],
  replacedBy: ["location"],
  rules: runCommandRules,
  put(put, azure) {
    if (put.existing && !needsRun(put, put.existing)) {
      return azure.store.put(stored(put, withoutWriteOnly(put.properties)));
    }
    return run(put, azure);
  },
  view(command, _azure, expand) {
    const answer: Properties = {
      ...commonView(command, computeApiVersion),
      timeoutInSeconds: command.properties.timeoutInSeconds ?? defaultTimeout,
      asyncExecution: command.properties.asyncExecution ?? false,
      treatFailureAsDeploymentFailure: command.properties.treatFailureAsDeploymentFailure ?? false,
    };
    return expand?.toLowerCase() === "instanceview"
      ? { ...answer, instanceView: command.assigned.instanceView ?? {} }
      : answer;
  },
  remove: (command, azure) => azure.store.remove(command.id),
};

/** Parameters and passwords that Azure never shows again are not kept. */
function withoutWriteOnly(properties: Properties): Properties {
  return without(properties, "protectedParameters", "runAsPassword");
}

/** Azure runs a command again when its definition changed; tags are no part of it. A failed one is tried again. */
function needsRun(put: PutRequest, existing: AzureResource): boolean {
  if (existing.provisioningState !== "Succeeded" || put.oldProperties === undefined) return true;
  const definition = (properties: Properties) =>
    JSON.stringify(Object.entries(without(properties, "tags")).sort());
  return definition(put.oldProperties) !== definition(put.properties);
}

async function run(put: PutRequest, azure: Azure): Promise<AzureResource> {
  const machine = azure.store.get(parentId(put.id)) as AzureResource;
  const { vmId } = assignedOf<VirtualMachineAssigned>(machine);
  const wanted = propertiesOf<RunCommandProperties>(put);
  const record = stored(
    put,
    withoutWriteOnly(put.properties),
    {},
    put.existing ? "Updating" : "Creating",
  );
  const started = azure.store.put({
    ...record,
    assigned: { instanceView: { executionState: "Running", startTime: new Date().toISOString() } },
  });
  const running = azure.windows.runCommand(vmId, {
    name: put.name,
    script: wanted.source?.script ?? "",
    parameters: wanted.parameters ?? [],
    protectedParameters: wanted.protectedParameters ?? [],
    runAsUser: wanted.runAsUser,
    runAsPassword: wanted.runAsPassword,
    timeoutInSeconds: wanted.timeoutInSeconds || defaultTimeout,
  });
  const finished = running.then(
    (result) => finish(started, result, wanted, azure),
    (error: unknown) => breakOff(started, error, azure),
  );
  if (!wanted.asyncExecution) return finished;
  // The PUT succeeds as soon as the script runs; how it ends is in the instance view and the journal.
  finished.catch(() => undefined);
  return azure.store.put({ ...started, provisioningState: "Succeeded" });
}

function finish(
  started: AzureResource,
  result: RunCommandResult,
  wanted: RunCommandProperties,
  azure: Azure,
): AzureResource {
  const failed = result.executionState !== "Succeeded" || result.exitCode !== 0;
  azure.journal.write({
    kind: "runCommand",
    subject: started.id,
    what: "script ended",
    outcome: `${result.executionState}, exit code ${result.exitCode}`,
  });
  const failsDeployment =
    failed && wanted.treatFailureAsDeploymentFailure === true && !wanted.asyncExecution;
  const record: AzureResource = {
    ...started,
    provisioningState: failsDeployment ? "Failed" : "Succeeded",
    assigned: {
      instanceView: {
        executionState: result.executionState,
        executionMessage: result.executionMessage,
        exitCode: result.exitCode,
        output: lastBytes(result.output),
        error: lastBytes(result.error),
        startTime: result.startTime,
        endTime: result.endTime,
        statuses: [],
      },
    },
  };
  // The machine, and with it the command, can be gone by now.
  const after = azure.store.get(started.id) ? azure.store.put(record) : record;
  if (failsDeployment) {
    throw new OperationFailure(
      new AzureError(
        200,
        "VMExtensionProvisioningError",
        `VM has reported a failure when processing run command '${started.name}': execution state ` +
          `${result.executionState}, exit code ${result.exitCode}. ${result.executionMessage} ` +
          lastBytes(result.error).trim(),
      ),
    );
  }
  return after;
}

function breakOff(started: AzureResource, error: unknown, azure: Azure): never {
  const reason = error instanceof Error ? error.message : String(error);
  if (azure.store.get(started.id)) {
    azure.store.put({
      ...started,
      provisioningState: "Failed",
      assigned: {
        instanceView: { executionState: "Failed", executionMessage: reason, exitCode: -1 },
      },
    });
  }
  azure.journal.write({
    kind: "runCommand",
    subject: started.id,
    what: "script broke off",
    outcome: reason,
  });
  throw new OperationFailure(
    new AzureError(
      409,
      "VMExtensionProvisioningError",
      `VM has reported a failure when processing run command '${started.name}': ${reason}`,
    ),
  );
}

/** The end of the text, cut between characters. */
function lastBytes(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= keptBytes) return text;
  let start = bytes.length - keptBytes;
  while (start < bytes.length && (bytes[start] & 0xc0) === 0x80) start++;
  return bytes.subarray(start).toString("utf8");
}
