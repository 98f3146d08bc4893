import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import ts from "typescript";
import * as library from "../../components";
import { engineEnvironment, getEngine } from "../../engine";
import { runCommand } from "../../engine/runCommand";

const root = path.resolve(__dirname, "../..");

interface Property {
  type?: string;
  $ref?: string;
  description?: string;
  items?: Property;
  additionalProperties?: Property;
}

interface PackageSchema {
  name: string;
  resources: Record<
    string,
    {
      isComponent?: boolean;
      description?: string;
      inputProperties: Record<string, Property>;
      requiredInputs?: string[];
      properties: Record<string, Property>;
      required?: string[];
    }
  >;
  types: Record<
    string,
    { properties?: Record<string, Property>; required?: string[]; enum?: { value: unknown }[] }
  >;
}

/** An interface or class of the sources: its properties, and which of them have to be there. */
interface Declaration {
  names: string[];
  required: string[];
}

// SDKs for other languages are generated from this schema. That they compile and run is not shown here, since it needs the
// engine's hosts for those languages; component.test.ts shows what reaches the package on the way they all take.
describe("engine: the components as a package for other languages", function () {
  this.timeout(180_000);
  let schema: PackageSchema;
  const declared = declarations(path.join(root, "components"));
  const components = Object.entries(library)
    .filter(
      ([, value]) =>
        (value as { prototype?: unknown }).prototype instanceof pulumi.ComponentResource,
    )
    .map(([name]) => name)
    .sort();

  before(async function () {
    // The engine may have to be built first.
    this.timeout(900_000);
    const engine = await getEngine();
    // In the place of the program that uses the package: in a folder that is program and package the engine looks no further.
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-schema-"));
    try {
      const result = await runCommand("pulumi", ["package", "get-schema", root], {
        cwd: directory,
        environment: {
          ...process.env,
          ...engineEnvironment(engine),
          PULUMI_HOME: path.join(directory, "home"),
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
      });
      assert.equal(result.code, 0, result.stderr);
      schema = JSON.parse(result.stdout) as PackageSchema;
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  });

  it("holds exactly the components that the library exports, each described", () => {
    assert.deepEqual(components, [
      "PeerLab",
      "PeerNetwork",
      "PeerPresence",
      "PeerProof",
      "PersonalPeerGroup",
      "SharedPeerIdentity",
      "WindowsPeer",
    ]);
    assert.equal(schema.name, "peerlab");
    assert.deepEqual(
      Object.keys(schema.resources).sort(),
      components.map((name) => `peerlab:index:${name}`),
    );
    for (const [token, resource] of Object.entries(schema.resources)) {
      assert.equal(resource.isComponent, true, token);
      assert.ok(resource.description, token);
    }
  });

  it("has every argument of each component as an input, and those required that the sources require", () => {
    for (const name of components) {
      const { inputProperties, requiredInputs } = schema.resources[`peerlab:index:${name}`];
      const wanted = declared.get(`${name}Args`) ?? assert.fail(`no interface ${name}Args`);
      assert.deepEqual(Object.keys(inputProperties).sort(), wanted.names, name);
      assert.deepEqual((requiredInputs ?? []).sort(), wanted.required, name);
    }
  });

  it("has every property of each component as an output that is always there", () => {
    for (const name of components) {
      const { properties, required } = schema.resources[`peerlab:index:${name}`];
      const wanted = declared.get(name) ?? assert.fail(`no class ${name}`);
      assert.deepEqual(Object.keys(properties).sort(), wanted.names, name);
      assert.deepEqual((required ?? []).sort(), wanted.names, name);
    }
  });

  it("has every part of an argument or output as a type of its own, with all properties", () => {
    const objects = Object.entries(schema.types).filter(([, type]) => type.enum === undefined);
    assert.notEqual(objects.length, 0);
    for (const [token, { properties = {}, required = [] }] of objects) {
      const name = token.split(":")[2];
      const wanted = declared.get(name) ?? assert.fail(`no interface ${name}`);
      assert.deepEqual(Object.keys(properties).sort(), wanted.names, name);
      assert.deepEqual([...required].sort(), wanted.required, name);
    }
  });

  it("has the enums with all their values", () => {
    const wanted = Object.entries(library)
      .filter(([, value]) => typeof value === "object")
      .map(([name, value]) => [`peerlab:index:${name}`, Object.values(value).sort()]);
    const enums = Object.entries(schema.types)
      .filter(([, type]) => type.enum !== undefined)
      .map(([token, type]) => [token, (type.enum ?? []).map(({ value }) => value).sort()]);
    assert.deepEqual(
      wanted.map(([token]) => token).sort(),
      [
        "EvictionPolicy",
        "OsDiskType",
        "Outbound",
        "PatchMode",
        "PeerGroupRole",
        "PortProtocol",
        "SeedRole",
        "Sharing",
        "WhenFailed",
        "WhenOff",
      ].map((name) => `peerlab:index:${name}`),
    );
    assert.deepEqual(Object.fromEntries(enums), Object.fromEntries(wanted));
  });

  it("describes every property, and leaves no type open", () => {
    const holders: [string, Record<string, Property> | undefined][] = [
      ...Object.entries(schema.resources).flatMap(
        ([token, { inputProperties, properties }]): [string, Record<string, Property>][] => [
          [token, inputProperties],
          [token, properties],
        ],
      ),
      ...Object.entries(schema.types).map(
        ([token, { properties }]): [string, Record<string, Property> | undefined] => [
          token,
          properties,
        ],
      ),
    ];
    for (const [token, properties = {}] of holders) {
      for (const [name, property] of Object.entries(properties)) {
        assert.ok(property.description, `${token} ${name} has no description`);
        checkType(`${token} ${name}`, property, schema);
      }
    }
  });
});

/** A property is of a simple type, or of one that the schema itself defines, down to what lists and maps hold. */
function checkType(where: string, property: Property, schema: PackageSchema): void {
  const { type, $ref, items, additionalProperties } = property;
  if ($ref !== undefined) {
    assert.ok(schema.types[$ref.replace("#/types/", "")], `${where} is a ${$ref}`);
  } else if (type === "array") {
    checkType(`${where}[]`, items ?? assert.fail(`${where} holds anything`), schema);
  } else if (type === "object") {
    checkType(
      `${where} values`,
      additionalProperties ?? assert.fail(`${where} holds anything`),
      schema,
    );
  } else {
    assert.ok(["string", "number", "boolean"].includes(type ?? ""), `${where} is a ${type}`);
  }
}

/** The exported interfaces and classes of a folder's files, by name. */
function declarations(folder: string): Map<string, Declaration> {
  const found = new Map<string, Declaration>();
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    const source = ts.createSourceFile(
      file,
      fs.readFileSync(path.join(folder, file), "utf8"),
      ts.ScriptTarget.Latest,
    );
    source.forEachChild((node) => {
      if (!ts.isInterfaceDeclaration(node) && !ts.isClassDeclaration(node)) return;
      const properties = [...node.members].filter(
        (member) => ts.isPropertySignature(member) || ts.isPropertyDeclaration(member),
      );
      const nameOf = (member: (typeof properties)[number]) => member.name.getText(source);
      found.set(node.name?.text ?? "", {
        names: properties.map(nameOf).sort(),
        required: properties
          .filter(({ questionToken }) => questionToken === undefined)
          .map(nameOf)
          .sort(),
      });
    });
  }
  return found;
}
