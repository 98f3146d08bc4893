/** Everything that is wrong with what rollout.yaml says, once it has the shape. Pure. */
import { at, type Finding } from "../../components/plan/findings";
import { ringCount, ringName, ringNameOnce, ringNotEmpty } from "../../components/plan/rules/rings";
import * as rules from "./rolloutRules";
import {
  ranges,
  type WrittenGates,
  type WrittenList,
  type WrittenRollout,
  type WrittenStage,
} from "./rolloutShape";
import { recordStack } from "./record";

/** The mistakes of content. Parts that have not the shape are left out of `rollout` by whoever read it. */
export function checkRollout(rollout: WrittenRollout): Finding[] {
  const { name, defaults = {}, stages = {}, waves } = rollout;
  const names = Object.keys(stages);
  return [
    ...(name === undefined ? [] : rules.someText("name", name)),
    ...rules.stagesGiven("stages", stages),
    ...checkStage("defaults", defaults),
    ...names.flatMap((stage) => {
      const path = at("stages", stage);
      return [...rules.stageName(path, stage), ...checkStage(path, stages[stage])];
    }),
    ...checkStacks(rollout),
    ...(waves === undefined ? [] : rules.waveStages("waves", waves, names)),
    ...checkFirstWave(stages, waves?.[0] ?? names.slice(0, 1)),
  ];
}

function checkStage(path: string, stage: WrittenStage): Finding[] {
  const { stack, project, environment = {}, whenLocked, lockTimeout, rings, gates = {} } = stage;
  const variables = at(path, "environment");
  return [
    ...(stack === undefined ? [] : rules.stackName(at(path, "stack"), stack)),
    ...(project === undefined ? [] : rules.relativeFolder(at(path, "project"), project)),
    ...Object.entries(environment).flatMap(([name, callers]) => [
      ...rules.variableName(at(variables, name), name),
      ...rules.callersVariable(at(variables, name), callers),
    ]),
    ...(whenLocked === undefined ? [] : rules.whenLockedWord(at(path, "whenLocked"), whenLocked)),
    ...checkDuration(path, "lockTimeout", lockTimeout),
    ...(rings === undefined ? [] : checkRings(at(path, "rings"), rings)),
    ...checkGates(at(path, "gates"), gates),
  ];
}

function checkGates(path: string, gates: WrittenGates): Finding[] {
  const { preview = {}, policyPacks = [], approval = {}, command } = gates;
  const previewPath = at(path, "preview");
  const limits = (["replacedMachines", "deletedMachines"] as const).flatMap((key) => {
    const value = preview[key];
    return value === undefined ? [] : rules.countRange(at(previewPath, key), value, ranges[key]);
  });
  const packs = at(path, "policyPacks");
  return [
    ...checkDuration(path, "freshness", gates.freshness),
    ...limits,
    ...checkWords(at(previewPath, "allowedMachines"), preview.allowedMachines),
    ...rules.listedOnce(packs, policyPacks),
    ...given(policyPacks).flatMap(([index, pack]) => rules.relativeFolder(at(packs, index), pack)),
    ...checkWords(at(at(path, "approval"), "approvers"), approval.approvers),
    ...checkDuration(at(path, "approval"), "valid", approval.valid),
    ...(command?.run === undefined
      ? []
      : rules.commandGiven(at(at(path, "command"), "run"), command.run)),
    ...checkDuration(at(path, "command"), "timeout", command?.timeout),
    ...checkDuration(path, "soak", gates.soak),
  ];
}

function checkDuration(path: string, key: keyof typeof ranges, value: unknown): Finding[] {
  return value === undefined ? [] : rules.durationForm(at(path, key), value, ranges[key]);
}

/** The entries that have the shape, with their places. */
function given<Entry>(list: WrittenList<Entry>): [number, Entry][] {
  return list.flatMap((entry, index) => (entry === undefined ? [] : [[index, entry]]));
}

function checkWords(path: string, words: WrittenList<string> = []): Finding[] {
  return [
    ...given(words).flatMap(([index, word]) => rules.someText(at(path, index), word)),
    ...rules.listedOnce(path, words),
  ];
}

function checkRings(path: string, rings: NonNullable<WrittenStage["rings"]>): Finding[] {
  const seen = new Map<string, string>();
  /** Where the value stood before, if it did. */
  const earlier = (place: string, kind: string, value: string): string | undefined => {
    const known = seen.get(`${kind} ${value}`);
    if (known === undefined) seen.set(`${kind} ${value}`, place);
    return known;
  };
  return [
    ...ringCount(path, rings.length),
    ...given(rings).flatMap(([index, { name, people = [], machines = [] }]) => {
      const here = at(path, index);
      const named = at(here, "name");
      const members = (key: "people" | "machines", values: WrittenList<string>) =>
        given(values).flatMap(([position, value]) => {
          const place = at(at(here, key), position);
          const known = earlier(place, key, value);
          return known === undefined ? [] : rules.ringOnce(place, value, known);
        });
      return [
        ...(name === undefined
          ? []
          : [...ringName(named, name), ...ringNameOnce(named, name, earlier(named, "name", name))]),
        ...ringNotEmpty(here, people.length + machines.length),
        ...members("people", people),
        ...members("machines", machines),
      ];
    }),
  ];
}

/** Where a stack is, as far as the file says it. */
interface StackPlace {
  /** The variable that its backend comes from. */
  backend: unknown;
  folder: string;
  organization?: string;
  project?: string;
  name: string;
}

function stackPlace(stack: string, folder: string, backend: unknown): StackPlace {
  const [name, ...before] = stack.split("/").reverse();
  // NAME, ORGANISATION/NAME or ORGANISATION/PROJECT/NAME.
  const [organization, project] = before.reverse();
  // The one that there is in a backend without organisations, said or not.
  const isOwn = organization === undefined || organization === "organization";
  return { backend, folder, project, name, ...(isOwn ? {} : { organization }) };
}

/**
 * Whether two names are the same stack. Two stages of one name in one project are two stacks where their backends come from different
 * variables; a project that is not said is that of the folder.
 */
function isSameStack(one: StackPlace, other: StackPlace): boolean {
  const areNamed = one.project !== undefined && other.project !== undefined;
  const isSameProject = areNamed ? one.project === other.project : one.folder === other.folder;
  const keys = ["backend", "organization", "name"] as const;
  return isSameProject && keys.every((key) => one[key] === other[key]);
}

function checkStacks({ defaults = {}, stages = {} }: WrittenRollout): Finding[] {
  const known = Object.entries(stages).map(([stage, written]) => {
    const { stack = stage, project = "." } = written;
    const backend =
      written.environment?.[backendVariable] ?? defaults.environment?.[backendVariable] ?? "";
    const place = stackPlace(stack, normalised(project), JSON.stringify(backend));
    const path = at("stages", stage);
    return { stage, stack, place, path: written.stack === undefined ? path : at(path, "stack") };
  });
  return known.flatMap((one, index) => {
    const same = known.slice(0, index).find(({ place }) => isSameStack(place, one.place));
    const recorded = known.find(({ place }) =>
      isSameStack({ ...place, name: recordStack(place.name) }, one.place),
    );
    return [
      ...(same ? rules.stackOnce(one.path, one.stack, same.stage, false) : []),
      ...(recorded ? rules.stackOnce(one.path, one.stack, recorded.stage, true) : []),
    ];
  });
}

const backendVariable = "PULUMI_BACKEND_URL";

/** The one way to write a relative folder. */
function normalised(folder: string): string {
  const parts: string[] = [];
  for (const part of folder.split(/[/\\]+/)) {
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

function checkFirstWave(
  stages: Readonly<Record<string, WrittenStage>>,
  first: WrittenList<string>,
): Finding[] {
  return Object.keys(stages)
    .filter((stage) => first.includes(stage) && stages[stage].gates?.freshness !== undefined)
    .flatMap((stage) => rules.freshnessOfFirst(at(at(at("stages", stage), "gates"), "freshness")));
}
