import { RunResponse, type ProgramInfo, type RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { endChild, spawnNode } from "./child";
import { resolveFrom } from "./nodeModules";
import { optionVariables, readRuntimeOptions } from "./options";

/** By this exit code `@pulumi/pulumi/cmd/run` says that it has already told the user what is wrong. */
const exitedAfterMessage = 32;

/**
 * Runs a Pulumi program to its end, its output on ours. The answer carries the error of a program that failed; an error
 * of the program that is already shown only asks the engine to stop.
 */
export function runProgram(
  request: RunRequest,
  engineAddress: string,
  cancelled: AbortSignal,
): Promise<RunResponse> {
  const info = request.getInfo()!;
  const options = readRuntimeOptions(info);
  const child = spawnNode(
    [...options.nodeArguments, ...programArguments(request, info, engineAddress)],
    {
      env: {
        ...process.env,
        ...optionVariables(options),
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const cancel = () => endChild(child);
  if (cancelled.aborted) cancel();
  cancelled.addEventListener("abort", cancel);
  return new Promise((resolve) => {
    const finish = (error: string, bail = false) => {
      cancelled.removeEventListener("abort", cancel);
      const response = new RunResponse();
      response.setError(error);
      response.setBail(bail);
      resolve(response);
    };
    child.once("error", (error) => finish(`Node cannot be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      if (code === 0) finish("");
      else if (code === exitedAfterMessage) finish("", true);
      else if (code === null) finish(`Program was ended by ${signal}`);
      else finish(`Program exited with non-zero exit code: ${code}`);
    });
  });
}

function programArguments(request: RunRequest, info: ProgramInfo, engineAddress: string): string[] {
  const settings: [string, string][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engineAddress],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", info.getRootDirectory()],
    ["stack", request.getStack()],
    ["pwd", info.getProgramDirectory()],
    ["parallel", String(request.getParallel())],
  ];
  return [
    resolveFrom(info.getProgramDirectory(), "@pulumi/pulumi/cmd/run"),
    ...settings.flatMap(([name, value]) => (value ? [`--${name}`, value] : [])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}
