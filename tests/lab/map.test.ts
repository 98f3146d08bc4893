import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { formatOf } from "../../lab/drawMap";
import { ownerLines } from "../../lab/map/cards";
import { layOut, type Box } from "../../lab/map/layout";
import { escaped } from "../../lab/map/markup";
import { networksOf } from "../../lab/map/networks";
import { pageOf } from "../../lab/map/page";
import { contrast, dark, light, textOn } from "../../lab/map/palette";
import { matrixOf } from "../../lab/map/reachability";
import { readReport } from "../../lab/map/reportFile";
import { svgFile } from "../../lab/map/svg";
import { clipped, textWidth } from "../../lab/map/textWidth";
import { labFixture, mapFixture, reason } from "./mapFixture";

const hostile = `<script>alert(1)</script>"'&]]> \u0000\ud800 \u202eعربي ${"long ".repeat(200)}`;

function misplaced(box: Box): string[] {
  const inside = (one: Box) =>
    one.x >= box.x &&
    one.y >= box.y &&
    one.x + one.width <= box.x + box.width + 0.01 &&
    one.y + one.height <= box.y + box.height + 0.01;
  const apart = (one: Box, other: Box) =>
    one.x + one.width <= other.x ||
    other.x + other.width <= one.x ||
    one.y + one.height <= other.y ||
    other.y + other.height <= one.y;
  const said = (one: Box) => `${one.kind} ${one.index}`;
  return box.boxes.flatMap((one, index) => [
    ...(inside(one) ? [] : [`${said(one)} is not inside of ${said(box)}`]),
    ...box.boxes
      .slice(index + 1)
      .flatMap((other) => (apart(one, other) ? [] : [`${said(one)} overlaps ${said(other)}`])),
    ...one.texts.flatMap(({ x, y, width, text }) =>
      x >= one.x && x + width <= one.x + one.width && y <= one.y + one.height
        ? []
        : [`${text} is not inside of ${said(one)}`],
    ),
    ...misplaced(one),
  ]);
}

describe("lab/map, what is drawn", () => {
  it("lays out any lab without overlap, each machine once", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 4, max: 16 }),
        fc.string({ maxLength: 300 }),
        (machines, people, columns, name) => {
          const map = mapFixture({ machines, people, name, rings: ["canary", "others"] });
          const page = layOut(map, columns);
          assert.deepEqual(misplaced(page), []);
          const indexes = (box: Box): number[] => [
            ...(box.kind === "machine" ? [box.index as number] : []),
            ...box.boxes.flatMap(indexes),
          ];
          assert.deepEqual(
            indexes(page).sort((one, other) => one - other),
            map.machines.map((_, index) => index),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it("cuts a text to its width, at any length", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.integer({ min: 20, max: 400 }),
        fc.boolean(),
        (text, width, middle) =>
          textWidth(clipped(text, width, { size: 12, middle }), { size: 12 }) <= width + 0.01,
      ),
    );
    assert.equal(clipped("ada-1", 200, { size: 12 }), "ada-1");
  });

  it("tells people of one long name apart by their keys", () => {
    const name = "Ada Lovelace, Countess of many places that no card has room for";
    const heads = ["ada", "grace"].map((person) => {
      const owner = { person, name, peerName: "", group: "", machines: ["a"] };
      return ownerLines({ ...owner, sharing: "identity" }, 300)[0].text;
    });
    assert.match(heads[0], /….*\(ada\)$/);
    assert.match(heads[1], /….*\(grace\)$/);
  });

  it("keeps texts readable on their grounds, in light and dark", () => {
    for (const theme of [light, dark]) {
      for (const [text, ground] of textOn) {
        const found = contrast(theme[text], theme[ground]);
        assert.ok(found >= 4.5, `${text} on ${ground}: ${found.toFixed(2)}`);
      }
      for (const edge of ["identity", "group", "focus"] as const) {
        assert.ok(contrast(theme[edge], theme.page) >= 3, edge);
      }
    }
    assert.equal(Math.round(contrast("#000000", "#ffffff")), 21);
  });

  it("escapes what it is given, and leaves out what XML does not know", () => {
    assert.equal(escaped(`<a b="c">&'`), "&#60;a b=&#34;c&#34;&#62;&#38;&#39;");
    assert.equal(escaped("a\u0000b\ud800c😀"), "a\ufffdb\ufffdc😀");
    const map = mapFixture({ machines: 3, people: 1, name: hostile });
    for (const text of [svgFile(map), pageOf(map)]) {
      assert.doesNotMatch(text, /alert\(1\)<\//);
      assert.doesNotMatch(text, /topsecret/);
    }
  });

  it("joins neighbours that nobody tested, and nothing else", () => {
    const { proof, machines } = labFixture({ machines: 200, people: 40, refusedEach: 20 });
    const keys = machines.map(({ machine }) => machine);
    const { rows, count } = matrixOf(keys, proof);
    assert.deepEqual(count, { reached: 1190, refused: 10 });
    for (const { cells } of rows) {
      assert.equal(
        cells.reduce((sum, { span }) => sum + span, 0),
        200,
      );
      assert.ok(cells.length <= 10);
      assert.ok(cells.every(({ kind, span }) => span === 1 || kind === "notTested"));
    }
  });

  it("says why a cell is refused, and who took no part", () => {
    const map = mapFixture({ machines: 5, people: 2, refusedEach: 9, hasLeftOut: true });
    const page = pageOf(map);
    assert.match(
      page,
      new RegExp(`refused: TCP 3587 silent: ${escaped(reason).replace(/[()]/g, "\\$&")}`),
    );
    assert.match(page, /left out: it is off \(deallocated\)/);
    assert.ok(svgFile(map).includes(`TCP 3587 silent: ${escaped(reason)}`));
    assert.deepEqual(map.jumpHosts, ["jump@198.51.100.7:2222"]);
  });

  it("stays small with 200 machines", () => {
    const map = mapFixture({ machines: 200, people: 40, refusedEach: 20 });
    assert.ok(pageOf(map).length < 1_200_000, `${pageOf(map).length}`);
    assert.ok(svgFile(map).length < 1_200_000, `${svgFile(map).length}`);
  });

  it("reads the network of a machine from the interface beside it", () => {
    const subnetId = "/a/virtualNetworks/Net/subnets/Sub";
    const parent = "urn:peer";
    const { networks, subnetOf } = networksOf([
      { urn: "v", type: "azure-native:compute:VirtualMachine", id: "/vm", parent },
      {
        ...{ urn: "n", type: "azure-native:network:NetworkInterface", parent },
        outputs: { ipConfigurations: [{ subnet: { id: subnetId } }] },
      },
    ]);
    assert.equal(subnetOf.get("/vm"), subnetId.toLowerCase());
    assert.deepEqual([networks[0].virtualNetwork, networks[0].subnet], ["Net", "Sub"]);
  });
});

describe("lab/map, what it is given", () => {
  const report = {
    ...{ stack: "local", time: "2026-11-23T22:10:26.000Z", passed: true },
    machines: {
      a: { ...labFixture({ machines: 2, people: 1 }).proof["ada-1"], state: "as wanted" },
    },
  };

  it("takes a report of the stack", () => {
    const read = readReport(JSON.stringify(report), "r.json", "organization/peerlab/local");
    assert.deepEqual(Object.keys(read.proof), ["a"]);
  });

  it("says everything that is wrong with a report", () => {
    const read = (value: unknown) => () => readReport(JSON.stringify(value), "r.json", "local");
    assert.throws(() => readReport("no", "r.json", "local"), /r\.json is no report.*\n.*no JSON/);
    assert.throws(read([]), /a list, not an object/);
    assert.throws(read({ machines: {}, proof: {} }), /check --json shows/);
    const machines = { a: { ports: [{ port: 70000 }], failures: "none" }, b: 1 };
    assert.throws(read({ ...report, stack: "dev", time: "now", machines }), (error: Error) => {
      for (const part of ['"dev"', '"now"', "70000", "a.failures", "machines.b"]) {
        assert.ok(error.message.includes(part), part);
      }
      return true;
    });
  });

  it("takes the format from the extension, unless it is named", () => {
    assert.equal(formatOf({ output: "a.SVG" }), "svg");
    assert.equal(formatOf({ output: "a.htm" }), "html");
    assert.equal(formatOf({}), "html");
    assert.equal(formatOf({ output: "a.txt" }), undefined);
    assert.equal(formatOf({ output: "a.txt", format: "svg" }), "svg");
  });
});
