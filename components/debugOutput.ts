import { createRequire } from "node:module";

type Debug = (message: string, ...rest: unknown[]) => Promise<void>;

/**
 * Pulumi's SDK for Node writes each answer of the engine into its debug messages, secrets in plain: `pulumi up --debug` shows
 * them, and the event log holds them without that. Here the answers are cut off; which call ended, and with which error, is
 * still said.
 */
export function withoutAnswers(message: string): string {
  return message.replace(/( RPC finished: [^]*?, resp: )[^]+/, "$1(not shown)");
}

// The very module that the SDK's parts call; a namespace import would be a copy.
const log = createRequire(__filename)("@pulumi/pulumi/log") as { debug: Debug };
const { debug } = log;
log.debug = (message, ...rest) => debug(withoutAnswers(message), ...rest);
