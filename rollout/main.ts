/** `npm run rollout`: the lab, stage by stage. */
import { runRollout, type Verbs } from "./run";

// Each is loaded when it is run: the Automation API alone takes a second.
const verbs: Verbs = {
  plan: async (context) => (await import("./preview")).runPlan(context),
  up: async (context) => (await import("./up")).runUp(context),
  status: async (context) => (await import("./status")).runStatus(context),
  approve: async (context) => (await import("./approve")).runApprove(context),
  rollback: async (context) => (await import("./rollback")).runRollback(context),
  drift: async (context) => (await import("./drift")).runDrift(context),
  generate: async (context) => (await import("./generate")).runGenerate(context),
};

/**
 * Aborted at the first request to end. The process then ends by itself, once it has noted where it stands; further requests change
 * nothing, since an engine that is told twice leaves without writing down what it made.
 */
function endRequested(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => controller.abort(signal));
  }
  return controller.signal;
}

void runRollout(process.argv.slice(2), verbs, {
  environment: process.env,
  folder: process.cwd(),
  output: process.stdout,
  screen: process.stderr,
  hasKeyboard: process.stdin.isTTY === true,
  now: () => new Date(),
  signal: endRequested(),
}).then((code) => {
  process.exitCode = code;
});
