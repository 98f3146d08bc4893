import { checkLab } from "./checkLab";
import type { Finding } from "./findings";
import type { LabDefinition } from "./lab";
import { hasOwnKey } from "./ownKey";
import { knownKey } from "./rules/configuration";
import { jumpHostGiven } from "./rules/jumpHosts";
import { proofToken } from "./rules/proofs";
import { besides, boolean, fields, fit, later, list, map, number, text, type Shape } from "./shape";

/** The arguments of a machine of a lab. */
export const machineFields = {
  computerName: text,
  image: text,
  imageReference: fields({ publisher: text, offer: text, sku: text, version: text, id: text }),
  size: text,
  osDisk: fields({ sizeGb: number, type: text }),
  zone: text,
  spot: fields({ maxPrice: number, evictionPolicy: text }),
  licenseType: text,
  trustedLaunch: boolean,
  encryptionAtHost: boolean,
  bootDiagnostics: boolean,
  autoShutdown: fields({ time: text, timeZone: text, notifyEmail: text, notifyMinutes: number }),
  timeZone: text,
  patchMode: text,
  publicIpv4: boolean,
  publicIpv6: boolean,
  outbound: text,
  openSshMsi: text,
};
const machineShape = fields(machineFields);

/** The way to machines; what is secret of it may be wrapped as a value that is known only later, and all else with it. */
export const jumpHostShape = fields(
  {
    host: later(text),
    port: later(number),
    user: later(text),
    password: later(text),
    privateKey: later(text),
    hostKey: later(text),
    privateAddress: text,
  },
  { host: jumpHostGiven, user: jumpHostGiven },
);

/** The services of a person's machines, by name. */
export const servicesShape = map(fields({ port: number, comment: text }));

/** What a person's group is like. */
export const groupFields = {
  creator: text,
  role: text,
  roles: map(text),
  invitationLifetimeSeconds: number,
  memberLifetimeSeconds: number,
};

/** How machines prove that they find and reach each other. */
export const proofFields = {
  token: text,
  whenFailed: text,
  sample: number,
  settleSeconds: number,
};

/** A part of a lab that a change reaches before the next one. */
const ringShape = fields({ name: text, people: list(text), machines: list(text) });

/** Every key of a lab, which the arguments of a `PeerLab` are, too. */
export const labFields = {
  people: map(
    fields({
      displayName: text,
      machines: map(machineShape),
      maker: text,
      rotation: text,
      exportedIdentity: later(text),
      exportPassword: later(text),
      sharing: text,
      group: fields(groupFields),
      services: servicesShape,
    }),
  ),
  machineDefaults: machineShape,
  resourceGroupName: later(text),
  location: later(text),
  tags: later(map(later(text))),
  adminUsername: text,
  adminPassword: later(text),
  adminSources: list(text),
  jumpHost: jumpHostShape,
  seeds: list(text),
  externalSeeds: list(text),
  whenOff: text,
  answerTimeoutSeconds: number,
  reconcile: fields({ token: text, machines: list(text) }),
  proof: fields(proofFields),
  rings: list(ringShape),
  peerSources: list(text),
  graphPorts: list(fields({ name: text, port: number, protocol: text })),
  rdp: boolean,
  isolate: boolean,
  outbound: text,
  ipv4Space: text,
  ipv6Space: text,
  ipv4Subnet: text,
  ipv6Subnet: text,
  existing: fields({
    resourceGroupName: later(text),
    virtualNetworkName: text,
    subnetName: text,
    networkSecurityGroupName: text,
    firstPriority: number,
  }),
};

/** Every key of the program's configuration, without the project's name. */
export const configurationShape: Readonly<Record<string, Shape>> = {
  ...labFields,
  identityCopies: map(text),
};

/** The environment variable that gives the jump host where the stack's file does not, as JSON like the key `jumpHost`. */
export const jumpHostVariable = "PEERLAB_JUMP_HOST";

/**
 * The environment variable by which one update proves the lab again: it is used before `proof.token` of the stack's file, and an
 * update without it runs nothing for that. Where the file has a token, too, the next update without the variable is proved by that.
 */
export const proofTokenVariable = "PEERLAB_PROOF_TOKEN";

export interface Configuration {
  /** The lab, as far as it could be read. */
  definition: LabDefinition;
  /** Of which identities a copy was taken, for the program alone: the lab does not change with it. */
  identityCopies: Record<string, string>;
  /** Everything that is wrong, of shape and of content. */
  findings: Finding[];
}

/**
 * Reads the program's configuration: `values` is the stack's whole configuration as the engine gives it, texts by
 * `namespace:key`, where structured values are JSON. Other namespaces are left alone. An empty value is one that was not
 * given: every key has a default in `Pulumi.yaml`.
 */
export function readConfiguration(
  project: string,
  values: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>> = {},
): Configuration {
  const findings: Finding[] = [];
  const raw: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!name.startsWith(`${project}:`)) continue;
    const key = name.slice(project.length + 1);
    const shape = hasOwnKey(configurationShape, key) ? configurationShape[key] : undefined;
    if (!shape) {
      const known = Object.keys(configurationShape);
      findings.push(...knownKey(key, key, known, "the known ones stand in Pulumi.yaml"));
      continue;
    }
    const fitted = isEmpty(value) ? undefined : fit(key, parsed(value, shape), shape, findings);
    if (fitted !== undefined) raw[key] = fitted;
  }
  const fromEnvironment = environment[jumpHostVariable];
  if (fromEnvironment && raw.jumpHost === undefined) {
    const jumpHost = fit(
      jumpHostVariable,
      parsed(fromEnvironment, jumpHostShape),
      jumpHostShape,
      findings,
    );
    if (jumpHost !== undefined) raw.jumpHost = jumpHost;
  }
  const { identityCopies = {}, ...ofLab } = raw;
  const definition = { people: {}, ...ofLab } as LabDefinition;
  const token = environment[proofTokenVariable];
  const ofContent = [
    ...checkLab(definition),
    ...(token ? proofToken(proofTokenVariable, token) : []),
  ];
  return {
    definition: token ? { ...definition, proof: { ...definition.proof, token } } : definition,
    identityCopies: identityCopies as Record<string, string>,
    findings: [...findings, ...besides(findings, ofContent)],
  };
}

function isEmpty(value: string): boolean {
  return value === "" || value === "{}" || value === "[]";
}

function parsed(value: string, shape: Shape): unknown {
  if (shape.kind === "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
