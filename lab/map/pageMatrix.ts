/** The reachability matrix of the page, and what is wrong as a list. */
import type { LabMap } from "./mapModel";
import { counted, escaped } from "./markup";
import { portWords, type Cell, type Row } from "./reachability";
import { cellSymbols } from "./svgMatrix";

/**
 * The matrix as a grid: each cell has its words in it, for who does not see its symbol. Neighbours that nobody tested are one cell,
 * so that a page of 200 machines has a few thousand cells, not 40 000.
 */
export function matrixPart({ matrix, proof }: LabMap): string {
  const { machines, rows, count } = matrix;
  const away = new Map(rows.map(({ machine, leftOut }) => [machine, leftOut]));
  const head = machines.map((machine, index) => {
    const left = away.get(machine) ?? "";
    const note = left === "" ? "" : ` data-left-out="${escaped(left)}"`;
    return `<th scope="col"${note}><span>${index + 1} <bdi>${escaped(machine)}</bdi></span></th>`;
  });
  const first = rows.findIndex(({ cells }) => cells.length > 0);
  const next =
    count.refused === 0
      ? ""
      : '\n<button type="button" id="next-refused">Next refused cell</button>';
  const source = proof.from === "report" ? "the report" : "the last proof";
  return `<p>TCP over IPv6, from ${source}: a row tests a column. ${counted(count.reached, "way")} reached, ${counted(count.refused, "way")} refused.</p>
<ul class="legend" aria-label="Symbols">
<li><span class="reached" aria-hidden="true">${cellSymbols.reached}</span> reached: all tested ports</li>
<li><span class="refused" aria-hidden="true">${cellSymbols.refused}</span> refused: one port or more</li>
<li><span class="leftOut" aria-hidden="true">${cellSymbols.leftOut}</span> left out: one of both took no part</li>
<li><span class="notTested" aria-hidden="true">·</span> not tested</li>
</ul>
<p id="keys">Arrow keys, Home, End and Page keys move in the matrix; N goes to the next refused cell.</p>${next}
<div id="reading" class="reading"><p>What was found is shown here for the cell that has the focus or is pointed at.</p></div>
<div class="scroll matrix" role="region" aria-label="Matrix" tabindex="0">
<table role="grid" aria-labelledby="reachability-title" aria-describedby="keys" aria-readonly="true" aria-rowcount="${rows.length + 1}" aria-colcount="${machines.length + 1}">
<thead><tr><th scope="col">tests</th>${head.join("")}</tr></thead>
<tbody>
${rows.map((row, index) => rowOf(row, index, index === first)).join("\n")}
</tbody>
</table>
</div>`;
}

function rowOf({ machine, leftOut, cells }: Row, index: number, isFirst: boolean): string {
  const note = leftOut === "" ? "" : ` data-left-out="${escaped(leftOut)}"`;
  const head = `<th scope="row"${note}>${index + 1} <bdi>${escaped(machine)}</bdi></th>`;
  const all = cells.map((cell, at) => cellOf(cell, leftOut, isFirst && at === 0));
  return `<tr data-machine="${index}">${head}${all.join("")}</tr>`;
}

function cellOf({ kind, span, ports }: Cell, leftOut: string, hasFocus: boolean): string {
  const words: Record<Cell["kind"], string> = {
    itself: "itself",
    reached: portWords(ports),
    refused: `refused: ${portWords(ports)}`,
    leftOut: leftOut === "" ? "left out" : `left out: ${leftOut}`,
    notTested: span === 1 ? "not tested" : `not tested: ${span} machines`,
  };
  const symbol = kind === "notTested" ? "·" : cellSymbols[kind];
  const attributes = `${span > 1 ? ` colspan="${span}"` : ""}${hasFocus ? ' tabindex="0"' : ""}`;
  return `<td class="${kind}"${attributes}><b aria-hidden="true">${symbol}</b><i>${escaped(words[kind])}</i></td>`;
}

/** What is wrong, what was not tested and who took no part, in the words of the proof. */
export function findingsPart({ findings, matrix }: LabMap): string {
  if (findings.length === 0) {
    const tested = matrix.count.reached + matrix.count.refused > 0;
    return `<p>${tested ? "Nothing is wrong, and nothing that was to be tested was missed." : "There is nothing to tell."}</p>`;
  }
  const items = (texts: readonly string[], symbol: string, kind: string) =>
    texts.map(
      (text) =>
        `<li><span class="${kind}" aria-hidden="true">${symbol}</span> <bdi>${escaped(text)}</bdi></li>`,
    );
  const list = (title: string, lines: string[]) =>
    lines.length === 0
      ? ""
      : `<h3>${title}</h3>\n<ul class="findings">\n${lines.join("\n")}\n</ul>`;
  return [
    list(
      "Failures",
      findings.flatMap(({ failures }) => items(failures, cellSymbols.refused, "refused")),
    ),
    list(
      "Took no part",
      findings.flatMap(({ machine, leftOut }) =>
        leftOut === "" ? [] : items([`${machine}: ${leftOut}`], cellSymbols.leftOut, "leftOut"),
      ),
    ),
    list(
      "Not tested",
      findings.flatMap(({ notTested }) => items(notTested, "·", "notTested")),
    ),
  ]
    .filter((text) => text !== "")
    .join("\n");
}
