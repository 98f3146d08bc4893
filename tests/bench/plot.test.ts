import * as assert from "node:assert/strict";
import { escaped, marksOf, svgOf } from "../../bench/plot";
import { resultsOf, sampleOf } from "./results";

const count = (text: string, part: string) => text.split(part).length - 1;

describe("bench: the plot", () => {
  const samples = [1, 2].flatMap((round) =>
    [10, 200].flatMap((machines) => [
      sampleOf("library", machines, "preview", round, machines * round),
      sampleOf("hand-written", machines, "preview", round, machines * round * 2),
    ]),
  );

  it("has a line for each program, a point for each size, and only panels that were measured", () => {
    const svg = svgOf(resultsOf(samples));
    assert.equal(count(svg, "<polyline "), 2);
    assert.equal(count(svg, "<circle "), 4);
    assert.equal(count(svg, 'class="heading"'), 1);
    assert.ok(svg.includes("Preview (s)"));
    assert.ok(svg.includes("(f) the hand-written program, as ours is run"));
    assert.ok(!svg.includes("(c)"));
  });

  it("more is higher, and more machines are further to the right", () => {
    const svg = svgOf(resultsOf(samples.filter(({ kind }) => kind === "library")));
    const [first, last] = /points="([^"]*)"/
      .exec(svg)![1]
      .split(" ")
      .map((point) => point.split(",").map(Number));
    assert.ok(first[0] < last[0], svg);
    assert.ok(first[1] > last[1], svg);
  });

  it("text is escaped, whatever it says", () => {
    assert.equal(
      escaped(`<a href="x">&amp;</a>`),
      "&lt;a href=&quot;x&quot;&gt;&amp;amp;&lt;/a&gt;",
    );
    const results = resultsOf(samples);
    results.facts.engine = `3 <script> & "more"`;
    const svg = svgOf(results);
    assert.ok(svg.includes("3 &lt;script&gt; &amp; &quot;more&quot;"));
    assert.ok(!svg.includes("<script>"));
  });

  it("a size or a value alone has a place, and nothing measured gives no panel", () => {
    for (const svg of [svgOf(resultsOf([samples[0]])), svgOf(resultsOf([]))]) {
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
      assert.ok(svg.startsWith("<svg ") && svg.trimEnd().endsWith("</svg>"));
    }
    assert.equal(count(svgOf(resultsOf([])), 'heading"'), 0);
  });

  it("is drawn in colours of its own in the dark", () => {
    const [light, dark] = svgOf(resultsOf(samples)).split("@media (prefers-color-scheme: dark)");
    for (const part of [
      ".page",
      ".small",
      ".grid",
      ".library",
      ".hand-written",
      ".bare",
      ".empty",
      "text",
    ]) {
      assert.ok(light.includes(`${part} {`) || light.includes(`${part},`), `light: ${part}`);
      assert.ok(dark.includes(`${part} {`) || dark.includes(`${part},`), `dark: ${part}`);
    }
  });

  it("axes are marked by round numbers around what was measured", () => {
    assert.deepEqual(marksOf(1.2, 61), [1, 2, 5, 10, 20, 50, 100]);
    assert.deepEqual(marksOf(0.3, 0.4), [0.2, 0.5]);
    assert.deepEqual(marksOf(5, 5), [5]);
  });
});
