import { lastLines, runCommand } from "./runCommand";

/** The CLI, for commands whose output is not for the user. */
export interface Pulumi {
  /** Runs a command and returns its standard output. Throws with its last lines where it fails. */
  run(args: string[]): Promise<string>;
}

/** @param environment the whole environment of the command, with the engine first on its `PATH` */
export function openPulumi(environment: NodeJS.ProcessEnv, directory: string): Pulumi {
  return {
    async run(args) {
      const result = await runCommand("pulumi", [...args, "--non-interactive"], {
        cwd: directory,
        environment,
      });
      if (result.code === 0) return result.stdout;
      const output = lastLines(`${result.stdout}\n${result.stderr}`.trim(), 15);
      throw new Error(`pulumi ${args[0]} ended with ${result.code ?? "a signal"}:\n${output}`);
    },
  };
}
