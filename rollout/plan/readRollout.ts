/** Reads rollout.yaml. Pure. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import { at, isRefusal, type Finding } from "../../components/plan/findings";
import { hasOwnKey } from "../../components/plan/ownKey";
import { besides, fit } from "../../components/plan/shape";
import { checkRollout } from "./checkRollout";
import type {
  ApprovalGate,
  CommandGate,
  GatesDefinition,
  RingDefinition,
  RolloutDefinition,
  StageDefinition,
} from "./definition";
import { secondsOf } from "./duration";
import { yamlForm } from "./rolloutRules";
import {
  rolloutShape,
  type WrittenGates,
  type WrittenList,
  type WrittenRollout,
  type WrittenStage,
} from "./rolloutShape";

/** A finding, and where it stands in the file. */
export interface PlacedFinding extends Finding {
  /** Both from 1. */
  line: number;
  column: number;
}

export interface ReadRollout {
  /** What the file says with all defaults; absent where something is refused. */
  definition?: RolloutDefinition;
  /** All that is wrong, of shape and of content, in the order of the file. */
  findings: PlacedFinding[];
}

/** Reads the text of a rollout.yaml. `projectName` names a rollout that has no name. */
export function readRollout(text: string, { projectName }: { projectName: string }): ReadRollout {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Found below, with the path of the key.
    uniqueKeys: false,
  });
  const ofSyntax = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    // What follows is for programs that use the parser.
    ...yamlForm("", `is no YAML that is read here: ${message.split("; please use")[0]}`)[0],
    ...position(lines, pos[0]),
  }));
  if (ofSyntax.length > 0) return { findings: ofSyntax };
  const written = valueOf(document);
  if ("unread" in written) {
    const [finding] = yamlForm("", `is no YAML that is read here: ${written.unread}`);
    return { findings: [{ ...finding, line: 1, column: 1 }] };
  }
  const { places, doubles } = walk(document);
  const ofShape: Finding[] = [];
  // A file without a word has no stage, which is said.
  const fitted = fit("", written.value ?? {}, rolloutShape, ofShape, { nullIsRefused: true }) as
    WrittenRollout | undefined;
  const rollout = fitted ?? {};
  const findings = [...ofShape, ...(fitted ? besides(ofShape, checkRollout(rollout)) : [])];
  const placed = findings
    .map((finding) => ({ finding, offset: offsetOf(finding.path, places) }))
    .concat(doubles)
    .sort((one, other) => one.offset - other.offset)
    .map(({ finding, offset }) => ({ ...finding, ...position(lines, offset) }));
  return {
    ...(placed.some(isRefusal) ? {} : { definition: definitionOf(rollout, projectName) }),
    findings: placed,
  };
}

/** The findings as a person reads them, one a line: `rollout.yaml:12:5 stages.prod.gates.soak: is ... [ROLLOUT-DURATION]`. */
export function describePlaced(file: string, findings: readonly PlacedFinding[]): string {
  return findings
    .map(({ line, column, path, reason, rule, severity }) => {
      const subject = path === "" ? "the file" : `${path}:`;
      const mark = severity === "warning" ? "warning: " : "";
      return `${file}:${line}:${column} ${mark}${subject} ${reason} [${rule}]`;
    })
    .join("\n");
}

/** The document's value, or why it has none: an alias without its anchor, or one that is repeated beyond all measure. */
function valueOf(document: Document): { value: unknown } | { unread: string } {
  try {
    return { value: document.toJS() };
  } catch (error) {
    return { unread: (error as Error).message };
  }
}

/** Where each path begins, and each key that stands twice. */
function walk(document: Document): {
  places: Map<string, number>;
  doubles: { finding: Finding; offset: number }[];
} {
  const places = new Map<string, number>();
  const doubles: { finding: Finding; offset: number }[] = [];
  const visit = (path: string, node: unknown): void => {
    if (isSeq(node)) {
      node.items.forEach((item, index) => {
        const here = at(path, index);
        places.set(here, startOf(item));
        visit(here, item);
      });
    }
    if (!isMap(node)) return;
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      const here = at(path, name);
      if (seen.has(name)) {
        const [finding] = yamlForm(here, "stands here a second time");
        doubles.push({ finding, offset: startOf(key) });
      } else places.set(here, startOf(key));
      seen.add(name);
      visit(here, value);
    }
  };
  visit("", document.contents);
  return { places, doubles };
}

function startOf(node: unknown): number {
  return (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;
}

/** The place of a path, or of what it is missing in. */
function offsetOf(path: string, places: ReadonlyMap<string, number>): number {
  const isWithin = (outer: string) =>
    path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
  const known = [...places.keys()].filter(isWithin);
  const closest = known.sort((one, other) => other.length - one.length)[0];
  return places.get(closest) ?? 0;
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function definitionOf(rollout: WrittenRollout, projectName: string): RolloutDefinition {
  const { name = projectName, defaults = {}, stages = {}, waves } = rollout;
  const names = Object.keys(stages);
  return {
    name,
    stages: Object.fromEntries(
      names.map((stage) => [
        stage,
        stageOf(stage, merged(defaults, stages[stage]) as WrittenStage),
      ]),
    ),
    waves: waves ? entriesOf(waves).map(entriesOf) : names.map((stage) => [stage]),
  };
}

/** What a stage says itself stands; maps are joined key by key, lists are not. */
function merged(defaults: unknown, own: unknown): unknown {
  if (own === undefined) return defaults;
  if (!isRecord(defaults) || !isRecord(own)) return own;
  const keys = new Set([...Object.keys(defaults), ...Object.keys(own)]);
  const of = (from: Record<string, unknown>, key: string) =>
    hasOwnKey(from, key) ? from[key] : undefined;
  return Object.fromEntries([...keys].map((key) => [key, merged(of(defaults, key), of(own, key))]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function stageOf(name: string, written: WrittenStage): StageDefinition {
  const { stack = name, project = ".", environment = {}, rings, gates = {} } = written;
  return {
    name,
    stack,
    project,
    environment: environment as Record<string, string>,
    ...(rings && { rings: entriesOf(rings).map(ringOf) }),
    gates: gatesOf(gates),
    whenLocked: written.whenLocked === "wait" ? "wait" : "stop",
    lockTimeoutSeconds: secondsOf(written.lockTimeout) ?? 3600,
  };
}

function ringOf({
  name = "",
  people,
  machines,
}: NonNullable<NonNullable<WrittenStage["rings"]>[number]>): RingDefinition {
  return {
    name,
    ...(people && { people: entriesOf(people) }),
    ...(machines && { machines: entriesOf(machines) }),
  };
}

/** The list as it is in a file without mistakes, where every entry has the shape. */
function entriesOf<Entry>(list: WrittenList<Entry>): Entry[] {
  return list.flatMap((entry) => (entry === undefined ? [] : [entry]));
}

function gatesOf(written: WrittenGates): GatesDefinition {
  const { freshness, preview = {}, policyPacks = [], approval, proof = true, command } = written;
  const freshnessSeconds = secondsOf(freshness);
  return {
    ...(freshnessSeconds !== undefined && { freshnessSeconds }),
    preview: {
      replacedMachines: preview.replacedMachines ?? 0,
      deletedMachines: preview.deletedMachines ?? 0,
      allowedMachines: entriesOf(preview.allowedMachines ?? []),
    },
    policyPacks: entriesOf(policyPacks),
    ...(approval && { approval: approvalOf(approval) }),
    proof,
    ...(command && { command: commandOf(command) }),
    soakSeconds: secondsOf(written.soak) ?? 0,
  };
}

function approvalOf({
  approvers = [],
  valid,
}: NonNullable<WrittenGates["approval"]>): ApprovalGate {
  return { approvers: entriesOf(approvers), validSeconds: secondsOf(valid) ?? 86_400 };
}

function commandOf({ run = [], timeout }: NonNullable<WrittenGates["command"]>): CommandGate {
  return { run: entriesOf(run), timeoutSeconds: secondsOf(timeout) ?? 600 };
}
