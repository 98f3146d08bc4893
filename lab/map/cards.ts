/** What stands in the boxes of a map: texts that are cut to the width of their box. */
import type { LabMap, MapMachine, MapOwner } from "./mapModel";
import { counted, isolated, timeWords } from "./markup";
import { clipped, textWidth } from "./textWidth";

/** How a text looks; its size is in {@link textSizes}. */
export type TextStyle =
  "title" | "heading" | "key" | "plain" | "quiet" | "mono" | "identity" | "group";

/** In pixels. */
export const textSizes: Readonly<Record<TextStyle, number>> = {
  title: 22,
  heading: 15,
  key: 14,
  plain: 12,
  quiet: 12,
  mono: 12,
  identity: 12,
  group: 12,
};

/** One line of a box. */
export interface Line {
  text: string;
  style: TextStyle;
}

/** A line that is no wider than its box. */
export function fitted(text: string, style: TextStyle, width: number, middle = false): Line {
  const font = { size: textSizes[style], mono: style === "mono", middle };
  return { text: clipped(text, width, font), style };
}

/** The symbol of a machine's state. */
export const stateSymbols: Readonly<Record<MapMachine["state"], string>> = {
  ready: "✓",
  waits: "…",
  "not ready": "!",
};

/** What a machine's card says, below its key. */
export function cardLines(one: MapMachine, map: LabMap, width: number): Line[] {
  const line = (text: string, style: TextStyle, middle = false) =>
    text === "" ? [] : [fitted(text, style, width, middle)];
  const ring = map.rings.findIndex(({ name }) => name === one.ring);
  const shared = map.owners[one.owner];
  return [
    ...stateLines(one, width),
    ...line(
      one.computerName === one.machine
        ? ""
        : one.computerName && `Windows name ${one.computerName}`,
      "quiet",
    ),
    ...line([one.size, one.location].filter(Boolean).join(", "), "quiet"),
    ...addressLines("", one.privateAddresses, width),
    ...addressLines("public ", one.publicAddresses, width),
    ...line(ring < 0 ? "" : `ring ${ring + 1}: ${one.ring}`, "plain"),
    ...line(
      one.peerName && one.peerName !== shared?.peerName ? `identity ${one.peerName}` : "",
      "quiet",
      true,
    ),
    ...line(
      one.names.length > 1
        ? `registers ${one.names.length} names`
        : one.names.map(({ peerName }) => `registers ${peerName}`).join(),
      "quiet",
      true,
    ),
  ];
}

/** The machine's state and its cloud's, in one line where they fit. */
function stateLines({ state, stateWords, cloud }: MapMachine, width: number): Line[] {
  const words = `${stateSymbols[state]} ${stateWords}`;
  if (cloud === "") return [fitted(words, "plain", width)];
  const together = `${words} · cloud ${cloud}`;
  const fits = textWidth(together, { size: textSizes.plain }) <= width;
  return (fits ? [together] : [words, `PNRP cloud ${cloud}`]).map((text) =>
    fitted(text, "plain", width),
  );
}

/** Addresses in one line where they fit, else each in its own. */
function addressLines(before: string, addresses: readonly string[], width: number): Line[] {
  if (addresses.length === 0) return [];
  const together = `${before}${addresses.join("  ")}`;
  const fits = textWidth(together, { size: textSizes.mono, mono: true }) <= width;
  const lines = fits ? [together] : addresses.map((address) => `${before}${address}`);
  return lines.map((text) => fitted(text, "mono", width, true));
}

/** Who an owner is, and what her machines share. */
export function ownerLines(owner: MapOwner, width: number): Line[] {
  const { name, person, sharing, peerName, group, machines } = owner;
  const called =
    person === "" || person === name ? isolated(name) : `${isolated(name)} (${person})`;
  const shares =
    sharing === "group"
      ? `⬡ one group of ${counted(machines.length, "machine")}`
      : machines.length === 0
        ? "● one identity, kept for later machines"
        : `● one identity, held by ${counted(machines.length, "machine")}`;
  const shared = sharing === "group" ? group : peerName;
  return [
    fitted(called, "heading", width, true),
    fitted(shares, sharing, width),
    ...(shared === "" ? [] : [fitted(shared, "mono", width, true)]),
  ];
}

/** All of a machine in one text, for who cannot see its card, or sees it cut. */
export function machineWords(one: MapMachine, map: LabMap): string {
  const ring = map.rings.findIndex(({ name }) => name === one.ring);
  const owner = map.owners[one.owner];
  const parts: [string, string][] = [
    ["", one.isSeed ? "seed" : ""],
    ["", one.stateWords],
    ["of ", one.person && `${owner?.name ?? one.person} (${one.person})`],
    ["Windows name ", one.computerName],
    ["", [one.size, one.location].filter(Boolean).join(" in ")],
    ["private ", one.privateAddresses.join(", ")],
    ["public ", one.publicAddresses.join(", ")],
    [`ring ${ring + 1} `, ring < 0 ? "" : one.ring],
    ["identity ", one.peerName],
    ["group ", one.group],
    ["registers ", one.names.map(({ peerName, state }) => `${peerName} (${state})`).join(", ")],
    ["PNRP cloud ", one.cloud],
  ];
  const told = parts.filter(([, text]) => text !== "").map(([before, text]) => `${before}${text}`);
  return `${one.machine}: ${told.join("; ")}`;
}

/** How many there are of what, in one sentence. */
export function summary(map: LabMap): string {
  const people = map.owners.filter(({ person }) => person !== "").length;
  const of = people === 0 ? "" : ` of ${counted(people, "person", "people")}`;
  const { reached, refused } = map.matrix.count;
  const tested = reached + refused;
  const proof =
    tested === 0
      ? "nobody has tested who reaches whom"
      : refused === 0
        ? `all ${counted(tested, "tested way")} between them ${tested === 1 ? "was" : "were"} reached`
        : `${refused} of ${counted(tested, "tested way")} between them ${refused === 1 ? "was" : "were"} refused`;
  return `${counted(map.machines.length, "machine")}${of}; ${proof}.`;
}

/** Where the data come from, and of when they are. */
export function sources(map: LabMap): string[] {
  const when = map.updated === "" ? "" : `, ${timeWords(map.updated)}`;
  const { from, file, time } = map.proof;
  return [
    `Machines: the state of the stack as its last update left it${when}.`,
    from === "report"
      ? `Reachability: the report ${file}, asked ${timeWords(time)}.`
      : "Reachability: the last proof in the state of the stack.",
  ];
}
