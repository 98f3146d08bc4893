import { RunPluginResponse, type RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";
import { endChild, spawnNode } from "./child";
import { resolveFrom } from "./nodeModules";
import { optionVariables, readRuntimeOptions } from "./options";

/**
 * Runs a component provider or a policy pack that is written for Node, until it ends or is cancelled. Its output, and at
 * last its exit code, go to `send`. Rejects where it cannot be started.
 */
export function runPlugin(
  request: RunPluginRequest,
  cancelled: AbortSignal,
  send: (response: RunPluginResponse) => void,
): Promise<void> {
  const info = request.getInfo()!;
  const options = readRuntimeOptions(info);
  const directory = info.getProgramDirectory();
  const policyPack = request.getKind() === "analyzer";
  const runner = policyPack
    ? "@pulumi/pulumi/cmd/run-policy-pack"
    : "@pulumi/pulumi/cmd/run-plugin";
  const args = request.getArgsList();
  const child = spawnNode(
    [
      ...options.nodeArguments,
      resolveFrom(directory, runner),
      // The two runners differ in where they look for the program among their arguments.
      ...(policyPack ? [...args, directory] : [directory, ...args]),
    ],
    {
      // The runner of policy packs reads tsconfig.json and node_modules from its working directory.
      cwd: policyPack ? directory : request.getPwd(),
      env: { ...readEnvironment(request.getEnvList()), ...optionVariables(options) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const cancel = () => endChild(child);
  if (cancelled.aborted) cancel();
  cancelled.addEventListener("abort", cancel);

  child.stdout!.on("data", (data: Buffer) => {
    const response = new RunPluginResponse();
    response.setStdout(data);
    send(response);
  });
  child.stderr!.on("data", (data: Buffer) => {
    const response = new RunPluginResponse();
    response.setStderr(data);
    send(response);
  });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`Node cannot be started: ${error.message}`)));
    child.once("close", (code) => {
      cancelled.removeEventListener("abort", cancel);
      const response = new RunPluginResponse();
      response.setExitcode(code ?? 1);
      send(response);
      resolve();
    });
  });
}

/** Lines of the form `NAME=value`; of two with one name the later counts. */
function readEnvironment(lines: string[]): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of lines) {
    // The search starts behind the first character: Windows has variables whose names begin with an equals sign.
    const end = line.indexOf("=", 1);
    if (end > 0) variables[line.slice(0, end)] = line.slice(end + 1);
  }
  return variables;
}
