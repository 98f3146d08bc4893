import { idOf } from "../../local/azure/handlers/target";
import type { Azure } from "../../local/azure/arm/azure";
import { resourceTypes } from "../../local/azure/types";
import type { Properties } from "../../local/provider";
import { plainProperties } from "../../policy/properties";
import { resourceGroupName, type Made, type Stage } from "../local/azure/stage";
import type { Declared } from "./stacks";

/** A stage without a stand-in: what is made on it is written down, and nothing is refused. */
export interface PaperStage {
  stage: Stage;
  /** What stands on it now, as a stack declares it. */
  declared(): Declared[];
}

/** Whatever a case asks of the parts that do not exist here is answered by nothing. */
const nobody = new Proxy(() => undefined, {
  get: (_target, name) => (name === "then" ? undefined : nobody),
  apply: () => Promise.resolve(undefined),
}) as never;

const azure = { subscription: "00000000-0000-0000-0000-000000000000" } as Azure;

export function openPaperStage(): PaperStage {
  let made: Made[] = [];
  const stage: Partial<Stage> = {
    async create(token, name, given) {
      const type = [...resourceTypes.values()].find((known) => known.token === token);
      if (!type) throw new Error(`${token} is no type of the stand-in`);
      // What has no name of its own gets that of the program, as azure-native does it.
      const own = type.path[type.path.length - 1] ?? "resourceGroupName";
      const inputs: Properties = { resourceGroupName, ...given, [own]: given[own] ?? name };
      const id = idOf(type, inputs, azure);
      const outputs: Properties = { ...inputs, id, name: String(inputs[own]) };
      const one: Made = { token, name, id, inputs: given, outputs };
      made.push(one);
      return one;
    },
    async update(before, given) {
      const after = { ...before, inputs: given };
      made = made.map((one) => (one === before ? after : one));
      return after;
    },
    remove: async (gone) => void (made = made.filter((one) => one !== gone)),
    restart: async () => undefined,
    close: async () => undefined,
    get directory(): string {
      throw new Error("a stage on paper keeps nothing on disk");
    },
    ...{ server: nobody, client: nobody, windows: nobody },
    ...{ journal: nobody, faults: nobody },
  };
  return {
    stage: stage as Stage,
    declared: () => declarations(made),
  };
}

/** What was made as a stack declares it; dependencies are told by the ids and names that a property holds. */
function declarations(made: readonly Made[]): Declared[] {
  const owners = new Map<string, string[]>();
  const own = (key: string, owner: string) =>
    owners.set(key.toLowerCase(), [...(owners.get(key.toLowerCase()) ?? []), owner]);
  const called = (one: Made, index: number) => `${one.name}#${index}`;
  made.forEach((one, index) => {
    own(one.id, called(one, index));
    own(`name ${one.id.split("/").pop()}`, called(one, index));
  });
  const madeOf = (property: string, value: unknown) => [
    ...textsIn(value).flatMap((text) => owners.get(text.toLowerCase()) ?? []),
    ...(property.endsWith("Name") ? (owners.get(`name ${value}`.toLowerCase()) ?? []) : []),
  ];
  return made.map((one, index) => {
    const properties = plainProperties(JSON.parse(JSON.stringify(one.inputs)) as object);
    return {
      type: one.token,
      name: called(one, index),
      properties,
      madeOf: Object.fromEntries(
        Object.entries(properties).map(([property, value]) => [property, madeOf(property, value)]),
      ),
    };
  });
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
