import * as fs from "node:fs";
import type { GuestFailure } from "../guest/contract";
import { findGuestFailure } from "../guest/guestFailure";

/** What one `pulumi up` did and why it failed, read from the engine's event log. */
export interface UpSummary {
  /** Number of resources by what happened to them: `create`, `update`, `replace`, `delete`, `same`. */
  changes: Record<string, number>;
  failures: ResourceFailure[];
}

/** A resource that failed, or the program itself. */
export interface ResourceFailure {
  urn: string;
  /** The resource's name, the last part of its URN. */
  name: string;
  /** What the machine said, where it was a guest command that failed. */
  guest?: GuestFailure;
  /** The first line of what the engine said. */
  message: string;
}

interface EngineEvent {
  diagnosticEvent?: { urn?: string; message: string; severity: string };
  resOpFailedEvent?: { metadata: { urn: string } };
  summaryEvent?: { resourceChanges?: Record<string, number> | null };
}

/**
 * Reads an event log: one JSON object a line, the last of which a killed engine may have left unfinished. Undefined where
 * the engine ended before the first event.
 */
export function readEventLog(file: string): UpSummary | undefined {
  const events = parseLines(file);
  if (events.length === 0) return undefined;
  const summary: UpSummary = { changes: {}, failures: [] };
  const failures = new Map<string, ResourceFailure>();
  for (const event of events) {
    if (event.summaryEvent) summary.changes = event.summaryEvent.resourceChanges ?? {};
    const urn = failedUrn(event);
    if (urn === undefined) continue;
    const message = plainText(event.diagnosticEvent?.message ?? "");
    const known = failures.get(urn) ?? { urn, name: nameOf(urn), message: "" };
    failures.set(urn, {
      ...known,
      message: known.message || firstLine(message),
      guest: known.guest ?? findGuestFailure(message),
    });
  }
  summary.failures = [...failures.values()].filter((failure) => !isSummary(failure));
  return summary;
}

function failedUrn(event: EngineEvent): string | undefined {
  if (event.resOpFailedEvent) return event.resOpFailedEvent.metadata.urn;
  if (event.diagnosticEvent?.severity === "error") return event.diagnosticEvent.urn ?? "";
  return undefined;
}

/** At the end the engine says of the stack that the update failed, which is no failure of its own. */
function isSummary(failure: ResourceFailure): boolean {
  return /^(update failed|resource (creation|update|deletion) failed)$/.test(failure.message);
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseLines(file: string): EngineEvent[] {
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => (parseObject(line) as EngineEvent | undefined) ?? []);
}

/** Without the engine's colour marks, which look like `<{%reset%}>`. */
function plainText(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "").trim();
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0].replace(/^error:\s*/, "");
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}
