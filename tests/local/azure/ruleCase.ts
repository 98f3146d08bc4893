import type { Properties } from "../../../local/provider";
import type { Lab, Stage } from "./stage";

/** One rule of Azure, with something it refuses (or warns of) and something close to it that it allows. */
export interface RuleCase {
  rule: string;
  /** Azure's code; a rule that only warns has none. */
  code?: string;
  /** What both need beside resource group, network and subnet. */
  prepare?(stage: Stage, lab: Lab): Promise<Properties>;
  illegal(stage: Stage, lab: Lab, prepared: Properties): Promise<unknown>;
  legal(stage: Stage, lab: Lab, prepared: Properties): Promise<unknown>;
}

/** The resource whose creation a rule judges, wrongly and rightly declared. */
export function creations(
  rule: string,
  code: string | undefined,
  token: string,
  illegal: Properties,
  legal: Properties,
): RuleCase {
  return {
    rule,
    code,
    illegal: (stage) => stage.create(token, "illegal", illegal),
    legal: (stage) => stage.create(token, "legal", legal),
  };
}

export function space(...addressPrefixes: string[]): Properties {
  return { addressSpace: { addressPrefixes } };
}

export const prefixes = (...addressPrefixes: string[]): Properties => ({ addressPrefixes });
