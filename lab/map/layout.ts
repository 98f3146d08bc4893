/** Where everything of a map stands: pure geometry in pixels, the same for the same lab. */
import {
  cardLines,
  fitted,
  ownerLines,
  sources,
  summary,
  textSizes,
  type Line,
  type TextStyle,
} from "./cards";
import type { LabMap, MapOwner } from "./mapModel";
import { counted } from "./markup";
import type { MapNetwork } from "./networks";
import { textWidth } from "./textWidth";

/** A text in its box; `y` is its base line, and it is no wider than `width`. */
export interface Text {
  x: number;
  y: number;
  width: number;
  text: string;
  style: TextStyle;
}

export type BoxKind =
  | "page"
  | "ring"
  | "jumpHost"
  | "network"
  | "subnet"
  | "identityOwner"
  | "groupOwner"
  | "machine"
  | "seed";

/** A box and what is in it; coordinates are those of the page. */
export interface Box {
  kind: BoxKind;
  x: number;
  y: number;
  width: number;
  height: number;
  texts: Text[];
  boxes: Box[];
  /** Index of the machine, or of the owner, that the box is of. */
  index?: number;
}

export const cardWidth = 256;
const padding = 10;
const gap = 10;
const margin = 24;
const lineHeights: Readonly<Record<TextStyle, number>> = {
  ...{ title: 32, heading: 21, key: 20, plain: 17, quiet: 17, mono: 17, identity: 17, group: 17 },
};

/** How many cards stand side by side in a drawing that is to be somewhat wider than high. */
export function columnsFor(machines: number): number {
  return Math.max(4, Math.ceil(Math.sqrt(machines * 0.85)));
}

/**
 * Lays out the topology: title, rings, jump host, networks, people and machines. `columns` cards stand side by side at most. In a
 * page, which has its own, `hasTitle` is false.
 */
export function layOut(
  map: LabMap,
  columns = columnsFor(map.machines.length),
  hasTitle = true,
): Box {
  const inner = columns * (cardWidth + gap) + 4 * padding + 2 * gap;
  const x = margin;
  const head: Line[] = !hasTitle
    ? []
    : [
        fitted(`Lab map: stack ${map.stack}`, "title", inner),
        fitted(summary(map), "plain", inner),
        ...(map.resourceGroups.length === 0
          ? []
          : [
              fitted(
                `Azure resource ${map.resourceGroups.length === 1 ? "group" : "groups"} ${map.resourceGroups.join(", ")}`,
                "quiet",
                inner,
              ),
            ]),
        ...sources(map).map((text) => fitted(text, "quiet", inner)),
      ];
  const page: Box = {
    ...{ kind: "page", x: 0, y: 0, width: inner + 2 * margin, height: 0 },
    texts: place(head, x, margin, inner),
    boxes: [],
  };
  let y = margin + heightOf(head) + (hasTitle ? gap : 0);
  const below = (boxes: Box[]) => {
    page.boxes.push(...boxes);
    if (boxes.length > 0) y = Math.max(...boxes.map((box) => box.y + box.height)) + 2 * gap;
  };
  below(chips(map, x, y, inner));
  below(jumpHosts(map, x, y, inner));
  // The arrow from the jump host to the network.
  if (map.jumpHosts.length > 0) y += gap;
  for (const frame of framesOf(map)) below([virtualNetwork(frame, map, x, y, inner)]);
  page.height = y - gap + margin;
  return page;
}

function place(lines: readonly Line[], x: number, y: number, width: number): Text[] {
  let top = y;
  return lines.map(({ text, style }) => {
    top += lineHeights[style];
    // A fifth of the size is below the base line.
    const base = top - (lineHeights[style] - textSizes[style]) / 2 - textSizes[style] * 0.2;
    return { x, y: base, width, text, style };
  });
}

function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { style }) => sum + lineHeights[style], 0);
}

/** The rings in their order. */
function chips(map: LabMap, x: number, y: number, width: number): Box[] {
  return row(
    map.rings.map(({ name, machines }, index) => ({
      kind: "ring" as const,
      text: `ring ${index + 1}: ${name} · ${counted(machines.length, "machine")}`,
    })),
    { x, y, width },
  );
}

function jumpHosts(map: LabMap, x: number, y: number, width: number): Box[] {
  const all = map.jumpHosts.map((host) => ({
    kind: "jumpHost" as const,
    text: `jump host ${host}`,
  }));
  return row(all, { x, y, width });
}

/** Small boxes of one line, side by side as far as they fit. */
function row(
  all: readonly { kind: BoxKind; text: string }[],
  { x, y, width }: Pick<Box, "x" | "y" | "width">,
): Box[] {
  const height = lineHeights.plain + padding;
  let [left, top] = [x, y];
  return all.map(({ kind, text }) => {
    const line = fitted(text, "plain", width - 2 * padding);
    const own = Math.ceil(textWidth(line.text, { size: textSizes.plain })) + 2 * padding;
    if (left > x && left + own > x + width) [left, top] = [x, top + height + gap];
    const box: Box = {
      ...{ kind, x: left, y: top, width: own, height, boxes: [] },
      texts: place([line], left + padding, top + padding / 2, own - 2 * padding),
    };
    // Between rings stands an arrow.
    left += own + 3 * gap;
    return box;
  });
}

/** A virtual network with its subnets, and who has machines in each of them. */
interface Frame {
  name: string;
  ranges: string[];
  subnets: {
    network?: MapNetwork;
    owners: { owner: MapOwner; index: number; machines: number[] }[];
  }[];
}

function framesOf(map: LabMap): Frame[] {
  const inSubnet = (id: string) =>
    map.owners.flatMap((owner, index) => {
      const machines = map.machines.flatMap((one, at) =>
        one.owner === index && one.subnet === id ? [at] : [],
      );
      return machines.length === 0 ? [] : [{ owner, index, machines }];
    });
  const names = [...new Set(map.networks.map(({ virtualNetwork }) => virtualNetwork))];
  const frames = names.map((name): Frame => {
    const networks = map.networks.filter(({ virtualNetwork }) => virtualNetwork === name);
    return {
      name: `Virtual network ${name}`,
      ranges: networks[0].virtualNetworkRanges,
      subnets: networks.map((network) => ({ network, owners: inSubnet(network.id) })),
    };
  });
  const elsewhere = inSubnet("");
  const idle = map.owners
    .map((owner, index) => ({ owner, index, machines: [] as number[] }))
    .filter(({ owner }) => owner.machines.length === 0);
  const other = (name: string, owners: Frame["subnets"][number]["owners"]) =>
    owners.length === 0 ? [] : [{ name, ranges: [], subnets: [{ owners }] }];
  return [
    ...frames,
    ...other("Network not known from the state of the stack", elsewhere),
    ...other("People without machines", idle),
  ];
}

function virtualNetwork(frame: Frame, map: LabMap, x: number, y: number, width: number): Box {
  const inner = width - 2 * padding;
  const lines = [fitted([frame.name, ...frame.ranges].join("  "), "heading", inner)];
  let top = y + padding / 2 + heightOf(lines) + padding / 2;
  const boxes = frame.subnets.map(({ network, owners }) => {
    const box = subnetBox(network, owners, map, { x: x + padding, y: top, width: inner });
    top += box.height + gap;
    return box;
  });
  return {
    ...{ kind: "network", x, y, width, height: top - gap + padding - y, boxes },
    texts: place(lines, x + padding, y + padding / 2, inner),
  };
}

function subnetBox(
  network: MapNetwork | undefined,
  owners: Frame["subnets"][number]["owners"],
  map: LabMap,
  { x, y, width }: Pick<Box, "x" | "y" | "width">,
): Box {
  const inner = width - 2 * padding;
  const lines = network
    ? [fitted([`Subnet ${network.subnet}`, ...network.subnetRanges].join("  "), "quiet", inner)]
    : [];
  const first = y + padding / 2 + heightOf(lines) + padding / 2;
  const cardHeight = cardHeightOf(map);
  let [left, top, shelf] = [x + padding, first, 0];
  const boxes = owners.map(({ owner, index, machines }) => {
    const columns = columnsIn(machines.length, inner);
    const own = columns * (cardWidth + gap) - gap + 2 * padding;
    if (left > x + padding && left + own > x + padding + inner) {
      [left, top, shelf] = [x + padding, top + shelf + gap, 0];
    }
    const at = { x: left, y: top, width: own };
    const box = ownerBox(owner, index, machines, columns, cardHeight, map, at);
    left += own + gap;
    shelf = Math.max(shelf, box.height);
    return box;
  });
  return {
    ...{ kind: "subnet", x, y, width, height: top + shelf + padding - y, boxes },
    texts: place(lines, x + padding, y + padding / 2, inner),
  };
}

/** As many columns as leave the least of the last row empty. */
function columnsIn(machines: number, width: number): number {
  const most = Math.max(1, Math.floor((width - 2 * padding + gap) / (cardWidth + gap)));
  const rows = Math.max(1, Math.ceil(machines / most));
  return Math.max(1, Math.ceil(machines / rows));
}

/** All cards are as high as the highest. */
function cardHeightOf(map: LabMap): number {
  const inner = cardWidth - 2 * padding;
  const heights = map.machines.map((one) => heightOf(cardLines(one, map, inner)));
  return Math.max(0, ...heights) + lineHeights.key + padding * 1.5;
}

function ownerBox(
  owner: MapOwner,
  index: number,
  machines: readonly number[],
  columns: number,
  cardHeight: number,
  map: LabMap,
  { x, y, width }: Pick<Box, "x" | "y" | "width">,
): Box {
  const lines = ownerLines(owner, width - 2 * padding);
  const first = y + padding / 2 + heightOf(lines) + padding / 2;
  const rows = Math.ceil(machines.length / columns);
  const boxes = machines.map((machine, at) =>
    card(machine, map, {
      x: x + padding + (at % columns) * (cardWidth + gap),
      y: first + Math.floor(at / columns) * (cardHeight + gap),
      height: cardHeight,
    }),
  );
  const cards = rows === 0 ? 0 : rows * (cardHeight + gap) - gap + padding;
  return {
    kind: owner.sharing === "group" ? "groupOwner" : "identityOwner",
    ...{ x, y, width, height: first + cards - y + (rows === 0 ? padding / 2 : 0), index, boxes },
    texts: place(lines, x + padding, y + padding / 2, width - 2 * padding),
  };
}

function card(index: number, map: LabMap, at: Pick<Box, "x" | "y" | "height">): Box {
  const one = map.machines[index];
  const inner = cardWidth - 2 * padding;
  const seed = one.isSeed ? seedBadge(at) : [];
  const keyWidth = inner - (seed.length === 0 ? 0 : seed[0].width + gap);
  const lines = [fitted(one.machine, "key", keyWidth), ...cardLines(one, map, inner)];
  const texts = place(lines, at.x + padding, at.y + padding * 0.75, inner);
  texts[0].width = keyWidth;
  return { kind: "machine", ...at, width: cardWidth, index, texts, boxes: seed };
}

function seedBadge({ x, y }: Pick<Box, "x" | "y">): Box[] {
  const line: Line = { text: "◆ seed", style: "plain" };
  const width = Math.ceil(textWidth(line.text, { size: textSizes.plain })) + padding;
  const left = x + cardWidth - padding - width;
  const top = y + padding * 0.75;
  return [
    {
      ...{ kind: "seed", x: left, y: top, width, height: lineHeights.key, boxes: [] },
      texts: place([line], left + padding / 2, top + 1.5, width - padding),
    },
  ];
}
