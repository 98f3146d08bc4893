import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { servedFunctions, servedResources } from "../../../local/azure";

const root = path.resolve(__dirname, "../../..");
const packageName = "@pulumi/azure-native";

describe("local/azure/served", () => {
  const sources = [
    "index.ts",
    ...["components", "examples"].flatMap((folder) =>
      fs
        .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts") && !/node_modules/.test(file))
        .map((file) => path.join(folder, file)),
    ),
  ].map((file) => usesOf(file, fs.readFileSync(path.join(root, file), "utf8")));

  it("is exactly what the library, the program and the examples can declare", () => {
    assert.deepEqual([...servedResources], tokens(sources.flatMap(({ created }) => created)));
  });

  it("looks up exactly what the library, the program and the examples look up", () => {
    const called = sources.flatMap((source) => source.called);
    assert.deepEqual([...servedFunctions], tokens(called));
  });

  it("would notice a resource and a function in each way of importing the package", () => {
    const { created, called } = usesOf(
      "program.ts",
      `import * as azure from "${packageName}";
       import * as storage from "${packageName}/storage";
       import { Lock } from "${packageName}/authorization";
       const account = new storage.StorageAccount("a", { kind: storage.Kind.StorageV2 });
       const group: azure.resources.ResourceGroup = new azure.resources.ResourceGroup("g");
       const keys = storage.listStorageAccountKeysOutput({ accountName: account.name });
       azure.authorization.getClientConfig().then((config) => new Lock("l", config));`,
    );
    assert.deepEqual(created, [
      "azure-native:storage:StorageAccount",
      "azure-native:resources:ResourceGroup",
      "azure-native:authorization:Lock",
    ]);
    assert.deepEqual(called, [
      "azure-native:storage:listStorageAccountKeys",
      "azure-native:authorization:getClientConfig",
    ]);
  });
});

/** What a file makes and calls of azure-native, as tokens. */
function usesOf(file: string, text: string): { created: string[]; called: string[] } {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const imported = importsOf(source);
  const created: string[] = [];
  const called: string[] = [];
  /** `network.Subnet` as `network:Subnet`, where the first name is one that the file imports from azure-native. */
  const memberOf = (expression: ts.Expression): string | undefined => {
    if (ts.isIdentifier(expression)) return imported.get(expression.text);
    if (!ts.isPropertyAccessExpression(expression)) return undefined;
    const owner = memberOf(expression.expression);
    return owner === undefined ? undefined : `${owner}:${expression.name.text}`;
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
      const member = memberOf(node.expression);
      if (member !== undefined && ts.isNewExpression(node)) created.push(member);
      else if (member !== undefined) called.push(member.replace(/Output$/, ""));
    }
    node.forEachChild(visit);
  };
  visit(source);
  return { created, called };
}

/** The names that a file gives to parts of azure-native: to the whole, to a module, or to a member of a module. */
function importsOf(source: ts.SourceFile): Map<string, string> {
  const names = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) {
      continue;
    }
    const [scope, name, ...module] = statement.moduleSpecifier.text.split("/");
    if (`${scope}/${name}` !== packageName) continue;
    const imported = ["azure-native", ...module].join(":");
    const bindings = statement.importClause?.namedBindings;
    if (!bindings) continue;
    if (ts.isNamespaceImport(bindings)) names.set(bindings.name.text, imported);
    else {
      for (const element of bindings.elements) {
        names.set(element.name.text, `${imported}:${(element.propertyName ?? element.name).text}`);
      }
    }
  }
  return names;
}

function tokens(found: string[]): string[] {
  return [...new Set(found)].sort();
}
