import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import type { Lab, Stage } from "./stage";
import { machineInputs, nicInputs, tokens } from "./stage";

/** A free NIC in the lab's subnet. */
export async function freeNic(stage: Stage, lab: Lab): Promise<Properties> {
  return { nic: (await stage.create(tokens.nic, "nic", nicInputs("nic", lab.subnet.id))).id };
}

type Change = Properties | ((prepared: Properties) => Properties);

/** Machines on the prepared NIC, with these properties laid over a legal machine's, down to nested ones. */
export function machineCase(
  rule: string,
  code: string | undefined,
  illegal: Change,
  legal: Change,
  prepare: NonNullable<RuleCase["prepare"]> = freeNic,
): RuleCase {
  const make =
    (name: string, change: Change): RuleCase["legal"] =>
    async (stage, _lab, prepared) => {
      const wanted = typeof change === "function" ? change(prepared) : change;
      const inputs = merge(machineInputs(name, String(prepared.nic)), wanted);
      const made = await stage.create(tokens.machine, name, inputs);
      // Both are tried on one NIC.
      await stage.remove(made);
    };
  return { rule, code, prepare, illegal: make("vm", illegal), legal: make("vm", legal) };
}

export function merge(base: Properties, change: Properties): Properties {
  const result: Properties = { ...base };
  for (const [name, value] of Object.entries(change)) {
    const before = result[name];
    const nested = isPlain(value) && isPlain(before);
    result[name] = nested ? merge(before, value) : value;
  }
  return result;
}

export function isPlain(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const os = (osProfile: Properties): Properties => ({ osProfile });

export const windows = (windowsConfiguration: Properties): Properties =>
  os({ windowsConfiguration });

export const image = (storageProfile: Properties): Properties => ({ storageProfile });
