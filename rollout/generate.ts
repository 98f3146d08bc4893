/** `rollout generate`: the stages for other machinery than this computer. */
import * as fs from "node:fs";
import * as path from "node:path";
import { runCommand } from "../engine/runCommand";
import { UsageError } from "./arguments";
import { exitCodes, type ExitCode, type RolloutContext } from "./context";
import { githubWorkflow } from "./github";
import { operatorStacks } from "./operator";
import { secondsOf } from "./plan/duration";

/**
 * Writes what `options.generator` names to the file `options.output`, relative to the current folder, or to standard output. Throws a
 * {@link UsageError} where an option is missing or cannot be used.
 */
export async function runGenerate(context: RolloutContext): Promise<ExitCode> {
  const { options } = context;
  const text = await generated(context);
  if (options.output === undefined) process.stdout.write(text);
  else {
    fs.writeFileSync(options.output, text);
    context.report(`${options.output} is written.`);
  }
  return exitCodes.done;
}

async function generated({ definition, folder, options }: RolloutContext): Promise<string> {
  const { branch, commit, nodeVersion, repository } = options;
  const source = { file: path.basename(options.file), folder: await folderInRepository(folder) };
  if (options.generator === "github") {
    return githubWorkflow(definition, { ...source, branch, nodeVersion });
  }
  if (repository === undefined) {
    throw new UsageError(
      "From which repository is the program to be cloned? generate operator --repository URL.",
    );
  }
  const { namespace, organization, gitSecret, serviceAccount, approved } = options;
  return operatorStacks(definition, {
    ...source,
    repository: withoutCredentials(repository),
    branch,
    commit,
    namespace,
    organization,
    gitSecret,
    serviceAccount,
    approved,
    resyncSeconds: resyncSeconds(options.resync),
  });
}

/** The operator looks once a minute at most. */
const shortestResync = 60;

function resyncSeconds(resync: string | undefined): number | undefined {
  if (resync === undefined) return undefined;
  const seconds = secondsOf(resync);
  if (seconds === undefined || seconds < shortestResync) {
    throw new UsageError(
      `--resync ${JSON.stringify(resync)} is no duration of a minute or more, such as 1h.`,
    );
  }
  return seconds;
}

/** The file is for a repository, which is no place for them. */
function withoutCredentials(repository: string): string {
  if (!URL.canParse(repository)) return repository;
  const { username, password, protocol } = new URL(repository);
  if (password === "" && (username === "" || protocol === "ssh:")) return repository;
  throw new UsageError(
    "--repository has credentials in it; --git-secret names the Secret that holds them.",
  );
}

/** With `/` and none at its end; empty at the root, and outside of a repository. */
async function folderInRepository(folder: string): Promise<string> {
  try {
    const { code, stdout } = await runCommand("git", ["rev-parse", "--show-prefix"], {
      cwd: folder,
    });
    return code === 0 ? stdout.trim().replace(/\/$/, "") : "";
  } catch {
    return "";
  }
}
