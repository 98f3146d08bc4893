/** The reachability matrix in the drawing: only what was tested is a cell, so that 200 machines stay a small file. */
import { fitted } from "./cards";
import type { LabMap } from "./mapModel";
import { escaped } from "./markup";
import { portWords, type CellKind, type Row } from "./reachability";
import { textWidth } from "./textWidth";

/** The symbol of each kind of cell. */
export const cellSymbols: Readonly<Record<CellKind, string>> = {
  itself: "",
  reached: "✓",
  refused: "✕",
  leftOut: "○",
  notTested: "",
};

/** Lines of reasons below the matrix at most; the page has all of them. */
const mostReasons = 100;

/** Draws the matrix at a place; how high and how far to the right it goes is said, too. */
export function drawMatrix(
  { matrix }: LabMap,
  { x, y, width }: { x: number; y: number; width: number },
): { markup: string; bottom: number; right: number } {
  const { machines, rows } = matrix;
  const size = 18;
  const label =
    Math.min(220, Math.max(...machines.map((key) => textWidth(key, { size: 12 })))) + 34;
  const [left, top] = [x + label, y + 74];
  const side = machines.length * size;
  const number = (index: number) => String(index + 1);
  const middle = (index: number) => (index + 0.5) * size;
  const refused = rows.flatMap((row) =>
    row.cells
      .filter(({ kind }) => kind === "refused")
      .map(({ column, ports }) => `✕ ${row.machine} to ${machines[column]}: ${portWords(ports)}`),
  );
  const shown = refused.slice(0, mostReasons);
  const more = refused.length - shown.length;
  const reasons = [...shown, ...(more > 0 ? [`And ${more} more; the page has all of them.`] : [])];
  const lines = [
    `<text class="map-heading" x="${x}" y="${y + 16}">Reachability</text>`,
    `<text class="map-quiet" x="${x}" y="${y + 36}">TCP over IPv6. A row tests a column: ✓ all ports reached, ✕ not all, ○ left out, empty: not tested.</text>`,
    `<rect class="map-untested" x="${left}" y="${top}" width="${side}" height="${side}"/>`,
    ...machines.map(
      (_, index) =>
        `<text class="map-number" x="${left + middle(index)}" y="${top - 6}">${number(index)}</text>`,
    ),
    ...rows.map((row, index) => {
      const base = top + middle(index) + 4;
      const { text } = fitted(row.machine, "plain", label - 34);
      return (
        `<g><title>${escaped(rowWords(row))}</title>` +
        `<text class="map-plain" x="${x}" y="${base}">${escaped(text)}</text>` +
        `<text class="map-number" x="${left - 12}" y="${base}">${number(index)}</text></g>`
      );
    }),
    ...rows.flatMap((row, index) => cellsOf(row, machines, left, top + index * size, size)),
    ...reasons.map(
      (reason, index) =>
        `<text class="map-plain" x="${x}" y="${top + side + 28 + index * 18}">${escaped(
          fitted(reason, "plain", width).text,
        )}</text>`,
    ),
  ];
  return {
    markup: `<g role="group" aria-label="Reachability">\n${lines.join("\n")}\n</g>`,
    bottom: top + side + (reasons.length > 0 ? 20 + reasons.length * 18 : 0),
    right: left + side,
  };
}

function rowWords({ machine, leftOut, cells }: Row): string {
  if (leftOut !== "") return `${machine} took no part: ${leftOut}`;
  const number = (kind: CellKind) => cells.filter((cell) => cell.kind === kind).length;
  const [reached, refused] = [number("reached"), number("refused")];
  return `${machine} tested ${reached + refused}: ${reached} reached, ${refused} refused`;
}

function cellsOf(
  { machine, cells }: Row,
  machines: readonly string[],
  left: number,
  top: number,
  size: number,
): string[] {
  return cells.flatMap(({ kind, column, span, ports }) => {
    if (kind === "notTested") return [];
    const x = left + column * size;
    const box = `<rect class="map-cell-${kind}" x="${x + 1}" y="${top + 1}" width="${span * size - 2}" height="${size - 2}"/>`;
    if (kind === "itself") return [box];
    const symbol = `<text class="map-symbol-${kind}" x="${x + (span * size) / 2}" y="${top + 13}">${cellSymbols[kind]}</text>`;
    if (kind !== "refused") return [box + symbol];
    const reason = `${machine} to ${machines[column]}: ${portWords(ports)}`;
    return [
      `<g role="img" aria-label="${escaped(reason)}"><title>${escaped(reason)}</title>${box}${symbol}</g>`,
    ];
  });
}
