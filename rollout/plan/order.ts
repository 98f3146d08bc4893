/** The order of stages, and of the phases of one. Pure. */
import type { RolloutDefinition, StageDefinition } from "./definition";
import { stagePhases, type StagePhase, type StageRecord } from "./record";

/** Which stages are meant. */
export interface StageChoice {
  /** This stage and those of all waves before its own. */
  to?: string;
  /** This stage alone. */
  only?: string;
}

/** The waves that are meant, those without a stage left out. Of the last wave of `to`, that stage alone. The stages named exist. */
export function wavesOf({ waves }: RolloutDefinition, { to, only }: StageChoice = {}): string[][] {
  if (only !== undefined) return [[only]];
  if (to === undefined) return waves;
  const last = waves.findIndex((wave) => wave.includes(to));
  return [...waves.slice(0, last), [to]];
}

/** The stages of the wave before a stage's own: those whose success its freshness is about. Empty for the first wave. */
export function stagesBefore({ waves }: RolloutDefinition, stage: string): string[] {
  const own = waves.findIndex((wave) => wave.includes(stage));
  return own > 0 ? waves[own - 1] : [];
}

/** The phases that a stage goes through, in their order; a gate that it does not have is none. */
export function phasesOf({ gates }: StageDefinition): StagePhase[] {
  const has: Record<StagePhase, boolean> = {
    freshness: gates.freshnessSeconds !== undefined,
    preview: true,
    approval: gates.approval !== undefined,
    update: true,
    proof: gates.proof,
    command: gates.command !== undefined,
    soak: gates.soakSeconds > 0,
    record: true,
  };
  return stagePhases.filter((phase) => has[phase]);
}

/** The stage's phase after that one, its first where none is given; undefined after the last. */
export function nextPhase(
  phase: StagePhase | undefined,
  stage: StageDefinition,
): StagePhase | undefined {
  const after = phase === undefined ? -1 : position(phase);
  return phasesOf(stage).find((one) => position(one) > after);
}

/** The rollout that is resumed, at one stage. */
export interface Resumed {
  rollout: string;
  /** Digest of the inputs that are there now. */
  inputsDigest: string;
  /** What the journal says of the stage, where this rollout has come to it: the phase it stood at, and with which inputs. */
  journal?: { phase: StagePhase; inputsDigest: string };
}

/**
 * Where a resumed rollout goes on in a stage: `skip` where its record says that this very rollout succeeded with these inputs; the
 * phase at which it stood, from the update on; else the first one. So what was only looked at before the interruption is looked at
 * again, since it may be otherwise by now, and inputs that are others by now go through all gates.
 */
export function resumeAt(
  record: StageRecord | undefined,
  { rollout, inputsDigest, journal }: Resumed,
  stage: StageDefinition,
): StagePhase | "skip" {
  const attempt = record?.attempt;
  if (
    attempt?.rollout === rollout &&
    attempt.outcome === "succeeded" &&
    attempt.inputsDigest === inputsDigest
  ) {
    return "skip";
  }
  const phases = phasesOf(stage);
  const isBegun =
    journal?.inputsDigest === inputsDigest && position(journal.phase) >= position("update");
  if (!journal || !isBegun) return phases[0];
  return phases.includes(journal.phase)
    ? journal.phase
    : (nextPhase(journal.phase, stage) ?? "record");
}

function position(phase: StagePhase): number {
  return stagePhases.indexOf(phase);
}
