import { readConfiguration } from "../components/plan/configuration";
import type { StateResource } from "./stack";

/** Names under which a secret stands, in the state, in a request, an answer or a configuration. */
const secretNames =
  /^(adminPasswords?|exportPassword|exportedIdentit(y|ies)|invitations?|userPassword|oldPassword|newPassword|password|privateKey|privateKeyPassword|passphrase|clientSecret)$/i;

/** Beside those names, fields of an entry under one of them that are no secret. */
const openNames = new Set(["peerName", "friendlyName", "identity", "group", "machine", "instance"]);

/** Variables of the environment that hold a secret of the engine's or of Azure's. */
const secretVariables = /(PASSPHRASE|PASSWORD|SECRET|ACCESS_TOKEN|PRIVATE_KEY)$/i;

export interface SecretSources {
  /** The project's name, the namespace of its configuration. */
  project: string;
  /** The stack's state, secrets in plain. */
  resources: readonly StateResource[];
  /** The stack's configuration, secrets in plain. */
  settings: Readonly<Record<string, string>>;
  environment: NodeJS.ProcessEnv;
}

/** Every secret of a stack that is known here, each once, in plain; to be compared with and never written. */
export function secretsOfStack(sources: SecretSources): string[] {
  const { project, resources, settings, environment } = sources;
  const found = new Set<string>();
  const take = (value: string) => {
    if (value.trim() !== "") found.add(value);
  };
  for (const { urn, type, inputs, outputs } of resources) {
    visit([inputs, outputs], false, take);
    // A kept value has no name of its own; what it keeps is in the name of its resource.
    const isKept = type === "pulumi:index:Stash" && /-password$/.test(urn);
    const { input, output } = { ...inputs, ...outputs } as { input?: unknown; output?: unknown };
    if (isKept) for (const kept of [input, output]) if (typeof kept === "string") take(kept);
  }
  for (const [key, value] of Object.entries(settings)) {
    visit({ [key.slice(key.lastIndexOf(":") + 1)]: value }, false, take);
  }
  try {
    visit(readConfiguration(project, { ...settings }, environment).definition, false, take);
  } catch {
    // A configuration that is refused has been looked at above as far as it goes.
  }
  for (const [name, value] of Object.entries(environment)) {
    if (secretVariables.test(name) && value) take(value);
  }
  return [...found];
}

function visit(value: unknown, isSecret: boolean, take: (secret: string) => void): void {
  if (typeof value === "string") {
    const inner = structured(value);
    if (inner !== undefined) visit(inner, isSecret, take);
    else if (isSecret) take(value);
  } else if (Array.isArray(value)) {
    for (const entry of value) visit(entry, isSecret, take);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, entry] of Object.entries(value)) {
      visit(entry, secretNames.test(name) || (isSecret && !openNames.has(name)), take);
    }
  }
}

/** A request or an answer, which the state holds as JSON. */
function structured(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
