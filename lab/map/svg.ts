/** A map as SVG: a file of its own, or the drawing of a page. */
import { machineWords, sources, summary } from "./cards";
import { columnsFor, layOut, type Box, type Text } from "./layout";
import type { LabMap } from "./mapModel";
import { escaped } from "./markup";
import { dark, light, type Theme } from "./palette";
import { drawMatrix } from "./svgMatrix";

/** The whole map as a file, with its style and the reachability matrix. */
export function svgFile(map: LabMap): string {
  const page = layOut(map, columnsFor(map.machines.length));
  const at = { x: 24, y: page.height, width: page.width - 48 };
  const matrix = drawMatrix(map, at);
  const width = Math.ceil(Math.max(page.width, matrix.right + 24));
  const height = Math.ceil(matrix.bottom + 24);
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    opening(width, height, 'role="graphics-document document" xml:lang="en"'),
    `<title id="map-title">${escaped(`Lab map: stack ${map.stack}`)}</title>`,
    `<desc id="map-description">${escaped(described(map))}</desc>`,
    `<style>${svgStyle()}</style>`,
    `<rect class="map-page" width="${width}" height="${height}"/>`,
    contents(page, map, true),
    matrix.markup,
    "</svg>",
    "",
  ].join("\n");
}

/** The topology in a page, which has the style and says everything in words, too: one picture for who cannot see it. */
export function svgInPage(map: LabMap): string {
  // As wide as a window usually is.
  const page = layOut(map, 4, false);
  return [
    opening(page.width, Math.ceil(page.height), 'role="img"'),
    `<title id="map-title">${escaped(`Drawing of the lab of the stack ${map.stack}`)}</title>`,
    `<desc id="map-description">${escaped(`${described(map)} The tables below say the same in words.`)}</desc>`,
    `<rect class="map-page" width="${page.width}" height="${Math.ceil(page.height)}"/>`,
    contents(page, map, false),
    "</svg>",
  ].join("\n");
}

function opening(width: number, height: number, more: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${more} aria-labelledby="map-title" aria-describedby="map-description">`;
}

function described(map: LabMap): string {
  const people = map.owners.map(({ name, sharing, machines }) => {
    const share = sharing === "group" ? "a group" : "an identity";
    return machines.length === 0
      ? `${name} has no machines`
      : `${name}: ${machines.join(", ")} share ${share}`;
  });
  const rings = map.rings.map(({ name }) => name).join(", then ");
  return [
    summary(map),
    ...sources(map),
    `${people.join("; ")}.`,
    ...(rings === "" ? [] : [`Changes reach the rings in this order: ${rings}.`]),
  ].join(" ");
}

function contents(page: Box, map: LabMap, isFile: boolean): string {
  return [
    ...page.texts.map(textOf),
    ...arrows(page.boxes),
    ...page.boxes.map((box) => boxOf(box, map, isFile)),
  ].join("\n");
}

/** From each ring to the next in its row, and from the jump hosts down to what they lead to. */
function arrows(boxes: readonly Box[]): string[] {
  const rings = boxes.filter(({ kind }) => kind === "ring");
  const next = rings.slice(1).flatMap((ring, index) => {
    const before = rings[index];
    if (before.y !== ring.y) return [];
    const [from, to] = [before.x + before.width + 4, ring.x - 4];
    const y = ring.y + ring.height / 2;
    return [arrow(`M${from} ${y}H${to}m-6 -4l6 4l-6 4`)];
  });
  const network = boxes.find(({ kind }) => kind === "network");
  const down = boxes
    .filter(({ kind }) => kind === "jumpHost")
    .slice(0, network ? 1 : 0)
    .map((host) => {
      const last = boxes.filter(({ kind }) => kind === "jumpHost").at(-1) as Box;
      const x = host.x + 24;
      const from = last.y + last.height + 3;
      return arrow(`M${x} ${from}V${(network as Box).y - 3}m-4 -6l4 6l4 -6`);
    });
  return [...next, ...down];
}

function arrow(path: string): string {
  return `<path class="map-arrow" d="${path}"/>`;
}

function boxOf(box: Box, map: LabMap, isFile: boolean): string {
  const { kind, x, y, width, height, index } = box;
  const radius = kind === "ring" || kind === "seed" ? height / 2 : 6;
  const words = wordsOf(box, map);
  const title = words === "" ? "" : `<title>${escaped(words)}</title>`;
  const role = isFile && words !== "" ? ` role="group" aria-label="${escaped(words)}"` : "";
  const data = kind === "machine" ? ` data-machine="${index}"` : "";
  const state =
    kind === "machine" ? ` map-${map.machines[index as number].state.replace(" ", "-")}` : "";
  return [
    `<g class="map-box-${kind}${state}"${data}${role}>${title}`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`,
    ...box.texts.map(textOf),
    ...box.boxes.map((one) => boxOf(one, map, isFile)),
    "</g>",
  ].join("\n");
}

/** What a box is about, in full. */
function wordsOf({ kind, index = -1 }: Box, map: LabMap): string {
  if (kind === "machine") return machineWords(map.machines[index], map);
  if (kind !== "identityOwner" && kind !== "groupOwner") return "";
  const { name, person, sharing, peerName, group } = map.owners[index];
  const shared = sharing === "group" ? `the group ${group}` : `the identity ${peerName}`;
  return `${name}${person && person !== name ? ` (${person})` : ""}: machines that share ${shared}`;
}

function textOf({ x, y, text, style }: Text): string {
  return `<text class="map-${style}" x="${x}" y="${Math.round(y * 10) / 10}">${escaped(text)}</text>`;
}

/** The style of everything that is drawn, in both themes; without variables, which some readers of SVG do not know. */
export function svgStyle(): string {
  return `${shapes}${colours(light)}@media screen and (prefers-color-scheme: dark){${colours(dark)}}`;
}

const shapes = [
  '.map text{font:12px system-ui,"Segoe UI","DejaVu Sans",sans-serif}',
  ".map .map-title{font-size:22px;font-weight:600}",
  ".map .map-heading{font-size:15px;font-weight:600}",
  ".map .map-key{font-size:14px;font-weight:600}",
  '.map .map-mono{font-family:"Cascadia Mono",Consolas,"DejaVu Sans Mono",monospace}',
  ".map .map-identity,.map .map-group{font-weight:600}",
  ".map .map-number{font-size:9px;text-anchor:middle}",
  ".map [class^=map-symbol]{text-anchor:middle;font-weight:700}",
  ".map .map-arrow{fill:none;stroke-width:1.6}",
  ".map .map-box-identityOwner>rect{stroke-width:2}",
  ".map .map-box-groupOwner>rect{stroke-width:2;stroke-dasharray:7 4}",
  ".map .map-box-subnet>rect{stroke-dasharray:3 3}",
].join("");

function colours(theme: Theme): string {
  const box = (kind: string, fill: string, stroke: string) =>
    `.map .map-box-${kind}>rect{fill:${fill};stroke:${stroke}}`;
  return [
    `.map text{fill:${theme.text}}`,
    `.map .map-quiet,.map .map-number{fill:${theme.quiet}}`,
    `.map .map-identity{fill:${theme.identity}}`,
    `.map .map-group{fill:${theme.group}}`,
    `.map .map-page{fill:${theme.page}}`,
    `.map .map-arrow{stroke:${theme.quiet}}`,
    box("ring", theme.panel, theme.line),
    box("jumpHost", theme.panel, theme.line),
    box("network", theme.network, theme.line),
    box("subnet", theme.subnet, theme.line),
    box("identityOwner", theme.owner, theme.identity),
    box("groupOwner", theme.owner, theme.group),
    box("machine", theme.card, theme.line),
    box("seed", theme.seed, theme.seedText),
    `.map .map-box-seed text{fill:${theme.seedText}}`,
    `.map .map-not-ready>rect{stroke:${theme.refused};stroke-width:2}`,
    `.map .map-waits>rect{stroke:${theme.seedText};stroke-width:2}`,
    `.map .map-untested{fill:${theme.notTested}}`,
    `.map .map-cell-itself{fill:${theme.line}}`,
    `.map .map-cell-reached{fill:${theme.reached}}.map .map-symbol-reached{fill:${theme.reachedText}}`,
    `.map .map-cell-refused{fill:${theme.refused}}.map .map-symbol-refused{fill:${theme.refusedText}}`,
    `.map .map-cell-leftOut{fill:${theme.leftOut}}.map .map-symbol-leftOut{fill:${theme.leftOutText}}`,
  ].join("");
}
