import { spawn } from "node:child_process";
import * as path from "node:path";
import { lastLines } from "../engine/runCommand";
import { pulumiEnvironment } from "../local/environment";
import { findSession, type Session } from "../local/session";

const root = path.resolve(__dirname, "..");

/** How long a stand-in may take to start and to end, in milliseconds. */
const startTimeout = 60_000;
const endTimeout = 10_000;

/** A stand-in that runs as a process of its own: `npm run local` without a command. */
export interface StandInProcess {
  pid: number;
  session: Session;
  /** To be laid over the environment of a Pulumi command. Holds secrets. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** Starts one on a directory. Throws with its last lines where it does not come up. */
export async function startStandInProcess(directory: string): Promise<StandInProcess> {
  const child = spawn(
    process.execPath,
    [...["--require", path.join(root, "engine/typescript.cjs")], path.join(root, "local/cli.ts")],
    {
      env: { ...process.env, PEERLAB_LOCAL_DIRECTORY: directory },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      said += error.message;
      hasEnded = true;
      resolve();
    });
    child.once("exit", () => {
      hasEnded = true;
      resolve();
    });
  });
  const close = async () => {
    if (hasEnded) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), endTimeout);
    await ended;
    clearTimeout(timer);
  };

  const limit = Date.now() + startTimeout;
  for (;;) {
    const session = await findSession(directory);
    if (session) {
      const environment = pulumiEnvironment({ directory, caller: process.env, ...session });
      return { pid: session.pid, session, environment, close };
    }
    if (hasEnded || Date.now() > limit) {
      await close();
      throw new Error(`The stand-in did not start:\n${lastLines(said, 20)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
