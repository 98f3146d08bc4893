import { kinds, type Kind } from "./kinds";
import type { Operation } from "./options";
import type { Results, Sample } from "./results";
import { spreadOf, type Spread } from "./statistics";
import { sizesOf } from "./targets";

interface Panel {
  title: string;
  unit: string;
  operation: Operation;
  pick: (sample: Sample) => number | undefined;
}

const wallTime = (sample: Sample) => sample.seconds;

const panels: Panel[] = [
  { title: "Preview", unit: "s", operation: "preview", pick: wallTime },
  {
    title: "Memory of the program, preview",
    unit: "MiB",
    operation: "preview",
    pick: ({ program }) => program?.peakMegabytes,
  },
  { title: "First up", unit: "s", operation: "up", pick: wallTime },
  { title: "up with nothing to do", unit: "s", operation: "no-op", pick: wallTime },
  { title: "destroy", unit: "s", operation: "destroy", pick: wallTime },
];

const width = 480;
const height = 330;
const margin = { left: 58, right: 44, top: 44, bottom: 44 };
const columns = 2;

/** docs/performance.svg: a panel for each operation, both axes logarithmic, a line for each program from its least to its most. */
export function svgOf(results: Results): string {
  const drawn = panels
    .map((panel) => ({ panel, lines: linesOf(results, panel) }))
    .filter(({ lines }) => lines.length > 0);
  const shown = kinds.filter(({ name }) => results.samples.some(({ kind }) => kind === name));
  const legendTop = Math.ceil(drawn.length / columns) * height;
  const total = { width: columns * width, height: legendTop + 22 * shown.length + 20 };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.width} ${total.height}" width="${total.width}" height="${total.height}" role="img" aria-labelledby="title description">`,
    '  <title id="title">Wall time and memory by number of machines</title>',
    `  <desc id="description">${escaped(describe(results, drawn.length))}</desc>`,
    style,
    `  <rect class="page" width="${total.width}" height="${total.height}"/>`,
    ...drawn.map(({ panel, lines }, index) => {
      const left = (index % columns) * width;
      const top = Math.floor(index / columns) * height;
      return `  <g transform="translate(${left} ${top})">\n${drawPanel(panel, lines)}\n  </g>`;
    }),
    ...shown.map(
      ({ name, letter, title }, index) =>
        `  <g transform="translate(${margin.left} ${legendTop + 22 * index + 14})">` +
        `<line class="${name}" x1="0" y1="-4" x2="34" y2="-4"/><text x="44">${escaped(`(${letter}) ${title}`)}</text></g>`,
    ),
    "</svg>",
    "",
  ].join("\n");
}

function describe({ facts, rounds }: Results, count: number): string {
  return (
    `${count} charts with logarithmic axes: medians of ${rounds} rounds by number of machines, on ${facts.cores} cores with Node ` +
    `${facts.node} and the Pulumi engine ${facts.engine}. The figures are in performance.md.`
  );
}

interface Line {
  kind: Kind;
  points: { machines: number; value: Spread }[];
}

function linesOf(results: Results, { operation, pick }: Panel): Line[] {
  return kinds.flatMap((kind) => {
    const points = sizesOf(results).flatMap((machines) => {
      const values = results.samples
        .filter((sample) => sample.kind === kind.name && sample.operation === operation)
        .filter((sample) => sample.machines === machines)
        .map(pick)
        .filter((value) => value !== undefined);
      const value = spreadOf(values);
      return value && value.min > 0 ? [{ machines, value }] : [];
    });
    return points.length === 0 ? [] : [{ kind, points }];
  });
}

function drawPanel({ title, unit }: Panel, lines: Line[]): string {
  const points = lines.flatMap((line) => line.points);
  const x = scale(
    points.map(({ machines }) => machines),
    [margin.left, width - margin.right],
  );
  const ends = points.flatMap(({ value }) => [value.min, value.max]);
  const marks = marksOf(Math.min(...ends), Math.max(...ends));
  const y = scale([...ends, ...marks], [height - margin.bottom, margin.top]);
  const bottom = height - margin.bottom;
  const right = width - margin.right;
  const sizes = [...new Set(points.map(({ machines }) => machines))];
  const labels = spaced(
    lines.map(({ kind, points: own }) => ({
      letter: kind.letter,
      at: y(own[own.length - 1].value.median),
      x: x(own[own.length - 1].machines),
    })),
  );
  return [
    `    <text class="heading" x="${margin.left}" y="24">${escaped(`${title} (${unit})`)}</text>`,
    ...marks.map(
      (mark) =>
        `    <line class="grid" x1="${margin.left}" y1="${y(mark)}" x2="${right}" y2="${y(mark)}"/>` +
        `<text class="small" x="${margin.left - 8}" y="${y(mark) + 4}" text-anchor="end">${mark}</text>`,
    ),
    ...sizes.map(
      (size) =>
        `    <text class="small" x="${x(size)}" y="${bottom + 18}" text-anchor="middle">${size}</text>`,
    ),
    `    <text class="small" x="${(margin.left + right) / 2}" y="${bottom + 36}" text-anchor="middle">machines</text>`,
    ...lines.map(({ kind, points: own }) =>
      [
        ...own.map(
          ({ machines, value }) =>
            `    <line class="${kind.name}" x1="${x(machines)}" y1="${y(value.min)}" x2="${x(machines)}" y2="${y(value.max)}"/>` +
            `<circle class="${kind.name}" cx="${x(machines)}" cy="${y(value.median)}" r="2.5"/>`,
        ),
        `    <polyline class="${kind.name}" points="${own.map(({ machines, value }) => `${x(machines)},${y(value.median)}`).join(" ")}"/>`,
      ].join("\n"),
    ),
    ...labels.map(
      ({ letter, at, x: end }) =>
        `    <text class="small" x="${end + 8}" y="${at + 4}">${escaped(letter)}</text>`,
    ),
  ].join("\n");
}

/** A logarithmic axis from the least to the most of the values. */
function scale(values: number[], [from, to]: [number, number]): (value: number) => number {
  const [least, most] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  const span = most - least || 1;
  return (value) => Math.round((from + ((Math.log(value) - least) / span) * (to - from)) * 10) / 10;
}

/** Round numbers (1, 2, 5, 10, ...) from the last one below the least to the first one above the most. */
export function marksOf(least: number, most: number): number[] {
  const marks: number[] = [];
  for (let power = Math.floor(Math.log10(least)) - 1; 10 ** power <= most * 10; power++) {
    for (const digit of [1, 2, 5]) marks.push(Number(`${digit}e${power}`));
  }
  const first = marks.findLastIndex((mark) => mark <= least);
  const last = marks.findIndex((mark) => mark >= most);
  return marks.slice(first, last + 1);
}

/** Labels that would lie on each other are moved apart, downwards. */
function spaced<T extends { at: number }>(labels: T[]): T[] {
  const sorted = [...labels].sort((one, other) => one.at - other.at);
  let last = -Infinity;
  return sorted.map((label) => {
    last = Math.max(label.at, last + 12);
    return { ...label, at: last };
  });
}

/** As text or a quoted attribute of SVG. */
export function escaped(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/g, (character) => entities[character]);
}

/** Colours that colour-blind people can tell apart (Okabe and Ito); what is ours is drawn strong, what Pulumi does by default dashed. */
const style = `  <style>
    text { font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 14px; fill: #1b2733; }
    .heading { font-size: 15px; font-weight: 600; }
    .small { font-size: 12px; fill: #4a5b6c; }
    .page { fill: #ffffff; }
    .grid { stroke: #d5dde5; stroke-width: 1; }
    line, polyline { fill: none; stroke-width: 1.6; }
    .empty-default, .empty { stroke: #737f8c; fill: #737f8c; }
    .bare { stroke: #b8860b; fill: #b8860b; }
    .hand-written-default, .hand-written { stroke: #d55e00; fill: #d55e00; }
    .library, .library-default { stroke: #0072b2; fill: #0072b2; }
    .library { stroke-width: 3; }
    .empty-default, .hand-written-default, .library-default { stroke-dasharray: 6 4; }
    polyline { fill: none !important; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e8eef4; }
      .small { fill: #b3c0cc; }
      .page { fill: #0e1621; }
      .grid { stroke: #2a3847; }
      .empty-default, .empty { stroke: #9aa7b4; fill: #9aa7b4; }
      .bare { stroke: #e6c34a; fill: #e6c34a; }
      .hand-written-default, .hand-written { stroke: #ff8a3d; fill: #ff8a3d; }
      .library, .library-default { stroke: #56b4e9; fill: #56b4e9; }
    }
  </style>`;
