import type {
  GatesDefinition,
  RolloutDefinition,
  StageDefinition,
} from "../../rollout/plan/definition";

type Changes = Partial<Omit<StageDefinition, "gates">> & { gates?: Partial<GatesDefinition> };

/** A stage as it is by default, but for what is said. */
export function stage(name: string, { gates, ...changes }: Changes = {}): StageDefinition {
  return {
    name,
    stack: name,
    project: ".",
    environment: {},
    gates: {
      preview: { replacedMachines: 0, deletedMachines: 0, allowedMachines: [] },
      policyPacks: [],
      proof: true,
      soakSeconds: 0,
      ...gates,
    },
    whenLocked: "stop",
    lockTimeoutSeconds: 3600,
    ...changes,
  };
}

/** A rollout of these stages, each wave by their names. */
export function rollout(waves: StageDefinition[][], name = "peerlab"): RolloutDefinition {
  return {
    name,
    stages: Object.fromEntries(waves.flat().map((one) => [one.name, one])),
    waves: waves.map((wave) => wave.map((one) => one.name)),
  };
}

/** Three stages with all that generated files are made of: credentials of their own, freshness, approval, a lock that is waited for. */
export const example = rollout([
  [stage("dev", { environment: { PULUMI_BACKEND_URL: "DEV_BACKEND_URL" } })],
  [
    stage("staging", {
      environment: {
        PULUMI_BACKEND_URL: "STAGING_BACKEND_URL",
        ARM_USE_OIDC: "STAGING_USE_OIDC",
        ARM_CLIENT_ID: "STAGING_CLIENT_ID",
      },
      gates: { freshnessSeconds: 86_400 },
    }),
    stage("load test", { stack: "acme/load", project: "load" }),
  ],
  [
    stage("prod", {
      environment: {
        PULUMI_BACKEND_URL: "PROD_BACKEND_URL",
        ARM_CLIENT_SECRET: "PROD_CLIENT_SECRET",
      },
      gates: {
        freshnessSeconds: 5400,
        approval: { approvers: ["ada"], validSeconds: 86_400 },
        soakSeconds: 600,
        command: { run: ["./smoke.sh"], timeoutSeconds: 600 },
      },
      whenLocked: "wait",
    }),
  ],
]);
