import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { configurationShape } from "../components/plan/configuration";
import { imagePresets } from "../components/plan/images";
import { osDiskTypes } from "../components/plan/rules/machines";
import type { Shape } from "../components/plan/shape";

const root = path.resolve(__dirname, "..");
const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
const readme = read("README.md");

interface Row {
  key: string;
  defaultValue: string;
  text: string;
}

/** The rows of the table below a heading, by the key in their first column. */
function rowsBelow(heading: string): Row[] {
  const start = readme.indexOf(`### ${heading}\n`);
  assert.notEqual(start, -1, `README.md has the heading ${heading}`);
  const end = readme.indexOf("\n#", start + 1);
  return readme
    .slice(start, end)
    .split("\n")
    .filter((line) => /^\| `/.test(line))
    .map((line) => {
      const [, first, defaultValue, text] = line.split("|").map((cell) => cell.trim());
      return { key: /^`([^`]+)`/.exec(first)![1], defaultValue, text };
    });
}

/** The keys of a shape's own fields, also where it is a list or a map of such. */
function fieldsOf(shape: Shape): Readonly<Record<string, Shape>> {
  if (shape.kind === "fields") return shape.fields;
  return shape.kind === "list" || shape.kind === "map" ? fieldsOf(shape.of) : {};
}

const personFields = fieldsOf(configurationShape.people);
const machineFields = fieldsOf(personFields.machines);

describe("README.md", () => {
  it("lists exactly the keys of Pulumi.yaml", () => {
    const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, unknown> };
    const keys = rowsBelow("Keys of the lab").map(({ key }) => key);
    assert.deepEqual(keys.toSorted(), Object.keys(config).toSorted());
  });

  it("lists exactly the keys of a person and of a machine", () => {
    for (const [heading, fields] of [
      ["Keys of a person", personFields],
      ["Keys of a machine", machineFields],
    ] as const) {
      const keys = rowsBelow(heading).map(({ key }) => key);
      assert.deepEqual(keys.toSorted(), Object.keys(fields).toSorted(), heading);
    }
  });

  it("names every key inside of a key", () => {
    const tables = [
      ["Keys of the lab", configurationShape],
      ["Keys of a machine", machineFields],
    ] as const;
    for (const [heading, fields] of tables) {
      for (const { key, text } of rowsBelow(heading)) {
        // People and machines have tables of their own.
        if (key === "people" || key === "machineDefaults") continue;
        for (const inner of Object.keys(fieldsOf(fields[key]))) {
          assert.ok(text.includes(`\`${inner}\``), `${heading}: ${key} does not name ${inner}`);
        }
      }
    }
  });

  it("gives the defaults of Pulumi.yaml, and names every image and kind of disk", () => {
    const { config } = parse(read("Pulumi.yaml")) as {
      config: Record<string, { default: unknown }>;
    };
    const lab = rowsBelow("Keys of the lab");
    for (const { key, defaultValue } of lab) {
      const value = config[key].default;
      // An empty one stands for a default that the program works out.
      if (value === "" || JSON.stringify(value) === "{}" || JSON.stringify(value) === "[]")
        continue;
      assert.equal(defaultValue, `\`${String(value)}\``, key);
    }
    const machine = new Map(rowsBelow("Keys of a machine").map(({ key, text }) => [key, text]));
    for (const name of Object.keys(imagePresets)) {
      assert.ok(machine.get("image")?.includes(`\`${name}\``), name);
    }
    for (const type of osDiskTypes) assert.ok(machine.get("osDisk")?.includes(`\`${type}\``), type);
  });

  it("quotes its example as it is", () => {
    const quoted = [...readme.matchAll(/\]\((examples\/[^)]+\.ts)\):\n\n```ts\n([^]*?)```\n/g)];
    assert.notEqual(quoted.length, 0, "there is an example");
    for (const [, file, text] of quoted) {
      assert.equal(text, read(file).replaceAll("\r\n", "\n"), file);
    }
  });

  it("runs only commands that package.json has", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const file of ["README.md", "CONTRIBUTING.md"]) {
      const named = [...read(file).matchAll(/(?:`|\$ )npm (?:run )?([a-z-]+(?::[a-z]+)?)/g)]
        .map(([, name]) => name)
        .filter((name) => !["ci", "install", "pack", "packages"].includes(name));
      assert.notEqual(named.length, 0);
      for (const name of named) assert.ok(name in scripts, `${file}: npm run ${name}`);
    }
  });
});

describe("documents", () => {
  const documents = fs
    .readdirSync(path.join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
    .concat("README.md", "CONTRIBUTING.md", "CHANGELOG.md");

  for (const document of documents) {
    it(`${document} links to files and headings that exist`, () => {
      const text = read(document);
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [file, anchor] = target.split("#");
        const where = file === "" ? document : path.join(path.dirname(document), file);
        assert.ok(fs.existsSync(path.join(root, where)), `${document}: ${target}`);
        if (anchor) assert.ok(anchors(read(where)).includes(anchor), `${document}: ${target}`);
      }
    });
  }
});

/** The anchors of a document's headings, by GitHub's rule. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
