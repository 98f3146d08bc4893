import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { policies } from "../../policy/policies";

describe("policy/policies", () => {
  const text = fs.readFileSync(path.resolve(__dirname, "../../docs/policies.md"), "utf8");
  const rowsBelow = (heading: string) => {
    const start = text.indexOf(`## ${heading}\n`);
    assert.notEqual(start, -1, `docs/policies.md has the heading ${heading}`);
    const end = text.indexOf("\n## ", start);
    return text
      .slice(start, end)
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
  };
  const properties = (policy: object) =>
    Object.entries(
      (policy as { configSchema?: { properties: Record<string, { default?: unknown }> } })
        .configSchema?.properties ?? {},
    );

  it("are those of the documentation, with the level and the configuration that stand there", () => {
    const written = rowsBelow("The policies").map(([, name, level, , configuration]) =>
      [name, level, configuration].join(" "),
    );
    const built = policies().map((policy) =>
      [
        policy.name,
        policy.enforcementLevel,
        properties(policy)
          .map(([name]) => name)
          .join(", "),
      ].join(" "),
    );
    assert.deepEqual(written.sort(), built.sort());
  });

  it("have the properties of the documentation, with their defaults", () => {
    const written = rowsBelow("Configuration").map(([, property, of, value]) =>
      [property, of, value].join(" "),
    );
    const built = policies().flatMap((policy) =>
      properties(policy).map(([name, schema]) =>
        [name, policy.name, JSON.stringify(schema.default)].join(" "),
      ),
    );
    assert.deepEqual(written.sort(), built.sort());
  });

  it("have the version of the package", () => {
    const read = (file: string) => fs.readFileSync(path.resolve(__dirname, "../..", file), "utf8");
    const { version } = JSON.parse(read("package.json")) as { version: string };
    assert.equal(JSON.parse(read("policy/package.json")).version, version);
    assert.equal(parse(read("policy/PulumiPolicy.yaml")).version, version);
  });

  it("have names of their own, in kebab case, and say what they are for", () => {
    const names = policies().map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, description } of policies()) {
      assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.match(description, /^[A-Z].*\.$/);
    }
  });
});
