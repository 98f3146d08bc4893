import * as crypto from "node:crypto";
import * as fs from "node:fs";
import { engineEnvironment, type Engine } from "../engine";
import { partsOf } from "./directory";

/** How the program reaches the machines: the value of `PEERLAB_JUMP_HOST`, as JSON. */
export interface JumpHostSetting {
  host: string;
  port: number;
  user: string;
  password: string;
  /** The jump host's public key, as a line of `authorized_keys` without comment. */
  hostKey: string;
  /** The address from which the machines see the jump host's connections. */
  privateAddress: string;
}

export interface EnvironmentOptions {
  directory: string;
  /** The environment of the caller; what it has set of Pulumi's backend and passphrase is left as it is. */
  caller: NodeJS.ProcessEnv;
  /** Providers the engine attaches to: name and port. */
  providers: Record<string, number>;
  jumpHost: JumpHostSetting;
  /** Where Azure Resource Manager is played: `http://127.0.0.1:<port>`. */
  resourceManager: string;
  engine: Engine;
}

/** The variables that make a Pulumi command work against the stand-in, to be laid over the caller's environment. */
export function pulumiEnvironment(options: EnvironmentOptions): Record<string, string> {
  const { directory, caller, providers, jumpHost, resourceManager, engine } = options;
  const parts = partsOf(directory);
  const attached = Object.entries(providers).map(([name, port]) => `${name}:${port}`);
  return {
    ...engineEnvironment(engine, caller),
    ...(caller.PULUMI_BACKEND_URL ? {} : { PULUMI_BACKEND_URL: backendUrl(directory) }),
    ...(caller.PULUMI_CONFIG_PASSPHRASE !== undefined || caller.PULUMI_CONFIG_PASSPHRASE_FILE
      ? {}
      : { PULUMI_CONFIG_PASSPHRASE: passphrase(parts.passphrase) }),
    PULUMI_HOME: parts.home,
    PULUMI_DEBUG_PROVIDERS: attached.join(","),
    // The attached providers are no plugins on disk, and nothing of the real ones is wanted.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Types are checked when the project is tested, not each time the program runs.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    // The stack's configuration file need not hold the salt of a passphrase that only this directory knows.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    // The command provider would offer the keys of the user's own SSH agent to the machines.
    SSH_AUTH_SOCK: "",
    PEERLAB_JUMP_HOST: JSON.stringify(jumpHost),
    PEERLAB_RESOURCE_MANAGER: resourceManager,
  };
}

/** Pulumi's address of a backend in a folder; it wants the path as it is, not percent-encoded. */
export function backendUrl(directory: string): string {
  const { backend } = partsOf(directory);
  fs.mkdirSync(backend, { recursive: true, mode: 0o700 });
  return `file://${backend.replaceAll("\\", "/")}`;
}

/** The passphrase of the stacks' secrets: made once and readable for the user alone. */
function passphrase(file: string): string {
  try {
    fs.writeFileSync(file, crypto.randomBytes(24).toString("base64url"), {
      flag: "wx",
      mode: 0o600,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return fs.readFileSync(file, "utf8");
}
