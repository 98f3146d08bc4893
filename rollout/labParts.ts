import { readConfiguration } from "../components/plan/configuration";
import { ringsOf, type RingDefinition, type RingPlan } from "../components/plan/rings";
import type { Stage } from "./stage";

/** A stage's lab, as far as what the engine says has to be understood. */
export interface LabParts {
  /** Keys of its machines. */
  machines: string[];
  /** Its rings in their order; one where it has none. */
  rings: RingPlan[];
}

/** The machines and rings of the lab that the stage's configuration describes; none where the program is another one. */
export async function labPartsOf(stage: Stage): Promise<LabParts> {
  const settings = await stage.lab.settings();
  const { definition } = readConfiguration(stage.projectName, settings, stage.environment);
  const people = Object.entries(definition.people ?? {});
  const machines = Object.fromEntries(
    people.flatMap(([person, { machines: own }]) =>
      Object.keys(own ?? {}).map((key) => [key, person]),
    ),
  );
  const { rings } = definition as { rings?: RingDefinition[] };
  return { machines: Object.keys(machines), rings: ringsOf(rings, machines) };
}

/** The machine whose key a text names first, as in `lab-ada-1-vm`, `ada.ada-1` and `ada-1 does not reach ada-2`. */
export function machineIn(text: string, { machines }: LabParts): string | undefined {
  const found = machines.flatMap((key) => {
    const literal = key.replace(/[^a-z0-9]/gi, "\\$&");
    const match = new RegExp(`(?<![a-z0-9])${literal}(?![a-z0-9])`, "i").exec(text);
    return match ? [{ key, at: match.index }] : [];
  });
  // `ada` may be a machine, too, beside `ada-1`.
  found.sort((one, other) => one.at - other.at || other.key.length - one.key.length);
  return found[0]?.key;
}

/** The ring whose proof has this name or is a step of it: `lab-proof-canary`, and `lab-proof` of the last one. */
export function ringOfProof(name: string, { rings }: LabParts): string | undefined {
  const [, of] = /(?:^|-)proof(?:-([a-z0-9-]+))?(?:\.|$)/.exec(name) ?? [undefined, null];
  if (of === null) return undefined;
  return of === undefined ? rings.at(-1)?.name : rings.find((ring) => ring.name === of)?.name;
}
