import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { contrast } from "../../lab/map/palette";
import { pageOf } from "../../lab/map/page";
import { svgFile } from "../../lab/map/svg";
import { skipWithout } from "../guest/missing";
import { mapFixture, reason } from "./mapFixture";

/** The browser that is on the PATH. */
function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return ["chromium", "chromium-browser", "google-chrome"]
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((file) => fs.existsSync(file));
}

const labs = {
  3: mapFixture({ machines: 3, people: 1, refusedEach: 9, name: `<b>"Ada" & עדה</b>` }),
  60: mapFixture({ machines: 60, people: 12, refusedEach: 20, rings: ["canary", "others"] }),
  200: mapFixture({ machines: 200, people: 40, refusedEach: 20, hasLeftOut: true }),
} as const;

describe("lab/map in a browser", function () {
  this.timeout(60_000);
  let browser: Browser;
  let folder: string;
  const noise: string[] = [];

  before(async function () {
    const executablePath = findBrowser();
    skipWithout(this, executablePath ? undefined : "no Chromium (Debian package chromium)");
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-map-"));
    for (const [size, map] of Object.entries(labs)) {
      fs.writeFileSync(path.join(folder, `${size}.html`), pageOf(map));
      fs.writeFileSync(path.join(folder, `${size}.svg`), svgFile(map));
    }
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  after(async () => {
    await browser?.close();
    if (folder) fs.rmSync(folder, { recursive: true });
  });
  beforeEach(() => noise.splice(0));

  async function open(
    file: string,
    { width = 1280, height = 900, colorScheme = "light" as "light" | "dark" } = {},
  ): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    const url = pathToFileURL(path.join(folder, file)).href;
    page.on("console", (message) => noise.push(message.text()));
    page.on("pageerror", (error) => noise.push(error.message));
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("data:")) noise.push(request.url());
    });
    await page.goto(url);
    return page;
  }

  /** Texts of the drawing that lie on each other, or stick out of their boxes. */
  const overlaps = (page: Page) =>
    page.evaluate(`(() => {
      const all = [...document.querySelectorAll("svg text")]
        .filter((text) => !/number|symbol/.test(text.className.baseVal))
        .map((text) => ({ text, box: text.getBoundingClientRect() }));
      const found = [];
      all.forEach(({ text, box }, index) => {
        const rect = text.parentElement.querySelector(":scope > rect")?.getBoundingClientRect();
        if (/map-box/.test(text.parentElement.getAttribute("class")) && box.right > rect.right + 1) {
          found.push(text.textContent + " sticks out");
        }
        for (const { text: other, box: its } of all.slice(index + 1)) {
          const apart = box.right <= its.left + 1 || its.right <= box.left + 1 ||
            box.bottom <= its.top + 4 || its.bottom <= box.top + 4;
          if (!apart) found.push(text.textContent + " | " + other.textContent);
        }
      });
      return found;
    })()`);

  for (const size of [3, 60, 200] as const) {
    it(`shows ${size} machines without an error, a request or an overlap`, async () => {
      for (const file of [`${size}.html`, `${size}.svg`]) {
        const page = await open(file);
        assert.deepEqual(await overlaps(page), [], file);
        await page.close();
      }
      assert.deepEqual(noise, []);
    });
  }

  it("does not scroll sideways on a narrow screen and at a zoom of 200%", async () => {
    for (const size of [3, 200]) {
      for (const width of [360, 640]) {
        const page = await open(`${size}.html`, { width });
        const sideways =
          "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert.equal(await page.evaluate(sideways), 0, `${size} machines, ${width} pixels`);
        await page.close();
      }
    }
  });

  it("shows the reason on focus, by keyboard alone, and moves by arrow keys", async () => {
    const page = await open("60.html");
    const focused = () => page.evaluate("document.activeElement.className");
    for (let press = 0; press < 40 && (await focused()) !== "itself"; press++) {
      await page.keyboard.press("Tab");
    }
    assert.equal(await focused(), "itself");
    const reading = () => page.locator("#reading").innerText();
    await page.keyboard.press("ArrowRight");
    assert.match(await reading(), /^ada-1 → ada-2\n+✓ TCP 3587 reached/);
    await page.keyboard.press("ArrowDown");
    assert.match(await reading(), /^ada-2 → ada-2\n/);
    await page.keyboard.press("ArrowRight");
    const shown = await reading();
    assert.ok(shown.startsWith("ada-2 → ada-3") && shown.includes(reason), shown);
    await page.keyboard.press("End");
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Control+Home");
    assert.match(await reading(), /^ada-1 → ada-1/);
    await page.keyboard.press("n");
    assert.match(await reading(), /^ada-2 → ada-3/);
    const hidden = await page.evaluate(`(() => {
      const box = document.activeElement.getBoundingClientRect();
      return document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.closest("td") !== document.activeElement;
    })()`);
    assert.equal(hidden, false, "the focused cell is covered");
    assert.deepEqual(noise, []);
    await page.close();
  });

  it("shows the reason to who points, and to a screen reader", async () => {
    const page = await open("3.html");
    await page.locator("td.refused").first().hover();
    assert.ok((await page.locator("#reading").innerText()).includes(reason));
    const tree = await page.locator("[role=grid]").ariaSnapshot();
    assert.ok(tree.includes(`refused: TCP 3587 silent: ${reason}`), tree);
    const all = await page.locator("body").ariaSnapshot();
    for (const part of [
      "main",
      "banner",
      "navigation",
      "search",
      "contentinfo",
      'heading "Machines"',
    ]) {
      assert.ok(all.includes(`- ${part}`), part);
    }
    await page.close();
  });

  it("filters machines, in the tables and in the matrix", async () => {
    const page = await open("200.html");
    await page.locator("#filter").fill("grace hopper");
    assert.equal(await page.locator("#filtered").innerText(), "5 of 200 machines");
    assert.equal(await page.locator("[role=grid] tbody tr:visible").count(), 5);
    await page
      .locator("#next-refused")
      .click()
      .catch(() => {});
    await page.close();
    assert.deepEqual(noise, []);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`is readable in ${colorScheme}`, async () => {
      const page = await open("60.html", { colorScheme });
      const pairs = (await page.evaluate(`(() => {
        const found = new Map();
        for (const one of document.querySelectorAll("body *")) {
          const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
          if (!own || one.closest("svg, script, i")) continue;
          let ground = one;
          while (ground && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
          const pair = [getComputedStyle(one).color, getComputedStyle(ground ?? document.documentElement).backgroundColor];
          found.set(pair.join(), [...pair, one.textContent.slice(0, 40)]);
        }
        return [...found.values()];
      })()`)) as string[][];
      const hex = (colour: string) =>
        `#${(colour.match(/\d+/g) ?? [])
          .slice(0, 3)
          .map((part) => Number(part).toString(16).padStart(2, "0"))
          .join("")}`;
      assert.ok(pairs.length > 4);
      for (const [text, ground, where] of pairs) {
        const found = contrast(hex(text), hex(ground));
        assert.ok(found >= 4.5, `${where}: ${text} on ${ground}: ${found.toFixed(2)}`);
      }
      await page.close();
    });
  }

  it("is well-formed XML, as a file", async () => {
    const page = await open("3.html");
    for (const size of [3, 60, 200]) {
      const text = fs.readFileSync(path.join(folder, `${size}.svg`), "utf8");
      const errors = await page.evaluate(
        (xml) =>
          // @ts-expect-error The browser's own.
          new DOMParser().parseFromString(xml, "image/svg+xml").querySelector("parsererror")
            ?.textContent ?? "",
        text,
      );
      assert.equal(errors, "");
    }
    await page.close();
  });
});
