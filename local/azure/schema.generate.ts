/**
 * Writes `schema.json` from the declarations of the installed `@pulumi/azure-native`: run this file with ts-node after an
 * upgrade of that package. Only the syntax is read; no type is checked and no code of the package runs.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import type { ObjectShape, Schema, TypeShape } from "./schema/shape";
import { servedFunctions, servedResources } from "./served";

const packageName = "@pulumi/azure-native";
export const schemaFile = path.join(__dirname, "schema.json");

/** The schema of everything served, as the installed package declares it. */
export function generateSchema(): Schema {
  const root = path.dirname(require.resolve(`${packageName}/package.json`));
  const read = (file: string) => fs.readFileSync(path.join(root, file), "utf8");
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const schema: Schema = {
    source: { package: packageName, version },
    resources: {},
    functions: {},
    types: {},
    enums: {},
  };
  const wanted: string[] = [];
  const want = (name: string) => {
    if (!(name in schema.types)) {
      schema.types[name] = {};
      wanted.push(name);
    }
  };
  const useEnum = (name: string) => (schema.enums[name] ??= enumValues(name, read));
  const references: References = { want, useEnum };

  for (const token of servedResources) {
    const { file, declaration } = locate(token);
    const source = parse(read(file));
    schema.resources[token] = {
      inputs: objectShape(findInterface(source, `${declaration}Args`), references),
      outputs: objectShape(findClass(source, declaration), references),
    };
  }
  for (const token of servedFunctions) {
    const { file, declaration } = locate(token);
    const argumentsName = `${declaration[0].toUpperCase()}${declaration.slice(1)}Args`;
    const found = interfaces(parse(read(file))).get(argumentsName);
    schema.functions[token] = found ? objectShape(found, references) : {};
  }
  const namespaces = nestedTypes(read);
  for (let name = wanted.shift(); name !== undefined; name = wanted.shift()) {
    const [namespace, type] = name.split(".");
    const kind = type.endsWith("Args") ? "input" : "output";
    const found = namespaces(kind, namespace).get(type);
    if (!found) throw new Error(`${packageName} ${version} declares no ${kind} type ${name}`);
    schema.types[name] = objectShape(found, references);
  }
  return { ...schema, types: sorted(schema.types), enums: sorted(schema.enums) };
}

interface References {
  want(type: string): void;
  useEnum(name: string): void;
}

function sorted<T>(entries: { [name: string]: T }): { [name: string]: T } {
  return Object.fromEntries(
    Object.entries(entries).sort(([first], [second]) => (first < second ? -1 : 1)),
  );
}

/** `azure-native:network:VirtualNetwork` is declared in `network/virtualNetwork.d.ts`. */
function locate(token: string): { file: string; declaration: string } {
  const [, module, declaration] = token.split(":");
  const fileName = `${declaration[0].toLowerCase()}${declaration.slice(1)}.d.ts`;
  return { file: `${module}/${fileName}`, declaration };
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile("declarations.d.ts", text, ts.ScriptTarget.ES2022, true);
}

function interfaces(root: ts.Node): Map<string, ts.InterfaceDeclaration> {
  const found = new Map<string, ts.InterfaceDeclaration>();
  const visit = (node: ts.Node): void => {
    if (ts.isInterfaceDeclaration(node)) found.set(node.name.text, node);
    else ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

function findInterface(source: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  const found = interfaces(source).get(name);
  if (!found) throw new Error(`${packageName} declares no interface ${name}`);
  return found;
}

function findClass(source: ts.SourceFile, name: string): ts.ClassDeclaration {
  const found = source.statements.find(
    (statement): statement is ts.ClassDeclaration =>
      ts.isClassDeclaration(statement) && statement.name?.text === name,
  );
  if (!found) throw new Error(`${packageName} declares no class ${name}`);
  return found;
}

/**
 * The interfaces of one namespace of `types/input.d.ts` or `types/output.d.ts`. The files hold every service of Azure
 * (many megabytes), so a namespace is cut out before it is parsed.
 */
function nestedTypes(read: (file: string) => string) {
  const texts = new Map<string, string>();
  const parsed = new Map<string, Map<string, ts.InterfaceDeclaration>>();
  return (kind: "input" | "output", namespace: string) => {
    const key = `${kind}.${namespace}`;
    let types = parsed.get(key);
    if (!types) {
      const text = texts.get(kind) ?? read(`types/${kind}.d.ts`);
      texts.set(kind, text);
      const start = text.indexOf(`export declare namespace ${namespace} {`);
      if (start < 0) throw new Error(`${packageName} has no ${kind} types of ${namespace}`);
      const end = text.indexOf("\nexport declare namespace ", start + 1);
      types = interfaces(parse(text.slice(start, end < 0 ? undefined : end)));
      parsed.set(key, types);
    }
    return types;
  };
}

function objectShape(
  declaration: ts.InterfaceDeclaration | ts.ClassDeclaration,
  references: References,
): ObjectShape {
  const shape: ObjectShape = {};
  for (const member of declaration.members) {
    const isProperty = ts.isPropertySignature(member) || ts.isPropertyDeclaration(member);
    if (!isProperty || !member.type || !ts.isIdentifier(member.name)) continue;
    if (ts.isPropertyDeclaration(member) && isStatic(member)) continue;
    const type = typeShape(member.type, references);
    const optional = member.questionToken !== undefined || allowsUndefined(member.type);
    shape[member.name.text] = optional ? { type } : { type, required: true };
  }
  return shape;
}

function isStatic(member: ts.PropertyDeclaration): boolean {
  return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
}

/** `pulumi.Input<T>` and `pulumi.Output<T>` are read as `T`. */
function unwrap(type: ts.TypeNode): ts.TypeNode {
  if (!ts.isTypeReferenceNode(type)) return type;
  const name = type.typeName.getText();
  const [argument] = type.typeArguments ?? [];
  return (name === "pulumi.Input" || name === "pulumi.Output") && argument
    ? unwrap(argument)
    : type;
}

function allowsUndefined(type: ts.TypeNode): boolean {
  const inner = unwrap(type);
  return (
    ts.isUnionTypeNode(inner) &&
    inner.types.some(({ kind }) => kind === ts.SyntaxKind.UndefinedKeyword)
  );
}

function typeShape(type: ts.TypeNode, references: References): TypeShape {
  const inner = unwrap(type);
  if (ts.isUnionTypeNode(inner)) return unionShape(inner, references);
  if (ts.isArrayTypeNode(inner)) return { array: typeShape(inner.elementType, references) };
  if (ts.isParenthesizedTypeNode(inner)) return typeShape(inner.type, references);
  if (ts.isTypeLiteralNode(inner)) {
    const [index] = inner.members;
    if (ts.isIndexSignatureDeclaration(index)) return { map: typeShape(index.type, references) };
  }
  if (ts.isTypeReferenceNode(inner)) return referenceShape(inner, references);
  switch (inner.kind) {
    case ts.SyntaxKind.StringKeyword:
      return "string";
    case ts.SyntaxKind.NumberKeyword:
      return "number";
    case ts.SyntaxKind.BooleanKeyword:
      return "boolean";
    case ts.SyntaxKind.AnyKeyword:
      return "any";
    default:
      throw new Error(`a property type of ${packageName} is not understood: ${inner.getText()}`);
  }
}

/** `string | enums.M.E` means an open enum; it is read as closed, because Azure refuses other values. */
function unionShape(union: ts.UnionTypeNode, references: References): TypeShape {
  const shapes = union.types
    .filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword)
    .map((part) => typeShape(part, references));
  const closed = shapes.find((shape) => typeof shape === "object" && "enum" in shape);
  if (closed) return closed;
  return shapes.length === 1 ? shapes[0] : "any";
}

function referenceShape(reference: ts.TypeReferenceNode, references: References): TypeShape {
  const [group, ...rest] = reference.typeName.getText().split(".");
  const name = rest.join(".");
  if (group === "enums") {
    references.useEnum(name);
    return { enum: name };
  }
  if (group === "inputs" || group === "outputs") {
    references.want(name);
    return { object: name };
  }
  // Assets and similar types of the SDK itself.
  return "any";
}

/** The values of `export declare const IPVersion: { readonly IPv4: "IPv4"; ... }`. */
function enumValues(name: string, read: (file: string) => string): string[] {
  const [module, type] = name.split(".");
  const values: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isVariableDeclaration(node) &&
      node.name.getText() === type &&
      node.type &&
      ts.isTypeLiteralNode(node.type)
    ) {
      for (const member of node.type.members) {
        const literal = ts.isPropertySignature(member) ? member.type : undefined;
        if (literal && ts.isLiteralTypeNode(literal) && ts.isStringLiteral(literal.literal)) {
          values.push(literal.literal.text);
        }
      }
    } else ts.forEachChild(node, visit);
  };
  visit(parse(read(`types/enums/${module}/index.d.ts`)));
  if (values.length === 0) throw new Error(`${packageName} declares no values of enum ${name}`);
  return values;
}

/** One type a line: a change of the package shows as a change of few lines. */
export function formatSchema(schema: Schema): string {
  const section = (entries: object) =>
    Object.entries(entries)
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(",\n");
  const { source, ...sections } = schema;
  const parts = Object.entries(sections).map(
    ([name, entries]) => `  "${name}": {\n${section(entries)}\n  }`,
  );
  return `{\n  "source": ${JSON.stringify(source)},\n${parts.join(",\n")}\n}\n`;
}

if (require.main === module) fs.writeFileSync(schemaFile, formatSchema(generateSchema()));
