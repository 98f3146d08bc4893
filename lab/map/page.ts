/** A map as one HTML page that asks nobody for anything: style and script are in it, and its policy allows no others. */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { sources, summary } from "./cards";
import type { LabMap } from "./mapModel";
import { escaped, timeWords } from "./markup";
import { dark, light, type Theme } from "./palette";
import { findingsPart, matrixPart } from "./pageMatrix";
import { machinesPart, peoplePart, ringsPart } from "./pageParts";
import { svgInPage, svgStyle } from "./svg";

/** The whole page. */
export function pageOf(map: LabMap): string {
  const style = `${variables()}${svgStyle()}${fileBeside("pageStyle.css")}`;
  const script = fileBeside("pageScript.js");
  const parts = [
    { id: "drawing", title: "Drawing", text: drawingPart(map) },
    { id: "reachability", title: "Reachability", text: matrixPart(map) },
    { id: "findings", title: "What is wrong or was not tested", text: findingsPart(map) },
    { id: "people", title: "People and what they share", text: peoplePart(map) },
    ...(map.rings.length > 0 ? [{ id: "rings", title: "Rings", text: ringsPart(map) }] : []),
    { id: "machines", title: "Machines", text: machinesPart(map) },
  ];
  const policy = `default-src 'none'; img-src data:; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;
  const title = `Lab map: stack ${map.stack}`;
  const links = parts.map(({ id, title: name }) => `<li><a href="#${id}">${name}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#reachability">Skip to reachability</a>
<a class="skip" href="#machines">Skip to machines</a>
<header>
<h1>${escaped(title)}</h1>
<p class="summary">${escaped(summary(map))}</p>
${map.remarks.map((remark) => `<p class="remark">${escaped(remark)}</p>`).join("\n")}
</header>
<nav aria-label="Parts of this page"><ul>${links.join("")}</ul></nav>
<search>
<label for="filter">Filter machines</label>
<input id="filter" type="search" autocomplete="off" spellcheck="false" placeholder="key, person, ring, address …">
<output id="filtered" for="filter"></output>
</search>
<main>
${parts
  .map(
    ({ id, title: name, text }) =>
      `<section id="${id}" aria-labelledby="${id}-title" tabindex="-1">\n<h2 id="${id}-title">${name}</h2>\n${text}\n</section>`,
  )
  .join("\n")}
</main>
<footer>
${footer(map)}
</footer>
<script>${script}</script>
</body>
</html>
`;
}

function drawingPart(map: LabMap): string {
  return `<div class="scroll drawing" role="region" aria-labelledby="drawing-title" tabindex="0">
${svgInPage(map)}
</div>`;
}

function footer(map: LabMap): string {
  return sources(map)
    .map((source) => {
      // The time for machines, beside that for people.
      const time = [map.updated, map.proof.time].find(
        (one) => one !== "" && source.includes(timeWords(one)),
      );
      const text = escaped(source);
      if (time === undefined) return `<p>${text}</p>`;
      const words = timeWords(time);
      return `<p>${text.replace(words, `<time datetime="${escaped(time)}">${words}</time>`)}</p>`;
    })
    .join("\n");
}

/** The palette as properties that the style uses. */
function variables(): string {
  const list = (theme: Theme) =>
    Object.entries(theme)
      .map(([name, colour]) => `--${name}:${colour};`)
      .join("");
  return `:root{${list(light)}}@media screen and (prefers-color-scheme:dark){:root{${list(dark)}}}`;
}

function fileBeside(name: string): string {
  return fs.readFileSync(path.join(__dirname, name), "utf8");
}

function hashOf(text: string): string {
  return `'sha256-${crypto.createHash("sha256").update(text, "utf8").digest("base64")}'`;
}
