import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import type { Component } from "./definitions/definition";

const components = path.join(__dirname, "..", "..", "components");

/** An argument of a component, as its TypeScript source declares it. */
export interface Argument {
  /** `PeerLab.people{}.machines{}.osDisk.type`; keys of maps are `{}`, positions in lists `[]`. */
  path: string;
  /** Whether a program may give it as an input. */
  isInput: boolean;
  /** The values of an enum, and of a boolean. */
  values?: (string | boolean)[];
}

type Declarations = Map<string, ts.InterfaceDeclaration | ts.TypeAliasDeclaration>;

let declarations: Declarations | undefined;
let constants: Map<string, string[]> | undefined;

/** Every argument of a component, nested ones too, read from the interfaces in `components/`. */
export function argumentsOf(component: Component): Argument[] {
  const known = readDeclarations();
  const found: Argument[] = [];
  visitInterface(component, `${component}Args`, known, found);
  return found;
}

function readDeclarations(): Declarations {
  if (declarations) return declarations;
  declarations = new Map();
  constants = new Map();
  for (const file of fs.readdirSync(components).filter((name) => name.endsWith(".ts"))) {
    const text = fs.readFileSync(path.join(components, file), "utf8");
    ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true).forEachChild((node) => {
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) {
        declarations?.set(node.name.text, node);
      } else if (ts.isVariableStatement(node)) {
        for (const { name, initializer } of node.declarationList.declarations) {
          const values = enumValues(initializer);
          if (values) constants?.set(name.getText(), values);
        }
      }
    });
  }
  return declarations;
}

/** The values of `{ A: "a", B: "b" } as const`, which is how the library writes an enum. */
function enumValues(initializer: ts.Expression | undefined): string[] | undefined {
  if (!initializer || !ts.isAsExpression(initializer)) return undefined;
  if (!ts.isObjectLiteralExpression(initializer.expression)) return undefined;
  const values = initializer.expression.properties.map((property) =>
    ts.isPropertyAssignment(property) && ts.isStringLiteral(property.initializer)
      ? property.initializer.text
      : undefined,
  );
  return values.every((value) => value !== undefined) ? values : undefined;
}

function visitInterface(where: string, name: string, known: Declarations, found: Argument[]): void {
  const declaration = known.get(name);
  if (!declaration || !ts.isInterfaceDeclaration(declaration)) {
    throw new Error(`${where}: there is no interface ${name} in components/`);
  }
  for (const member of declaration.members) {
    if (!ts.isPropertySignature(member) || !member.type) {
      throw new Error(`${where}: ${member.getText()} is no property with a type`);
    }
    visitType(`${where}.${member.name.getText()}`, member.type, known, found);
  }
}

function visitType(
  where: string,
  given: ts.TypeNode,
  known: Declarations,
  found: Argument[],
  note = true,
): void {
  const { type, isInput } = withoutInput(given);
  const add = (values?: Argument["values"]) => {
    if (note) found.push({ path: where, isInput, ...(values && { values }) });
  };
  if (ts.isArrayTypeNode(type)) {
    add();
    visitType(`${where}[]`, type.elementType, known, found, false);
  } else if (ts.isTypeLiteralNode(type)) {
    add();
    for (const member of type.members) {
      if (!ts.isIndexSignatureDeclaration(member)) throw new Error(`${where}: no map`);
      visitType(`${where}{}`, member.type, known, found, false);
    }
  } else if (ts.isTypeReferenceNode(type)) {
    const name = type.typeName.getText();
    const values = constants?.get(name);
    add(values);
    const declaration = known.get(name);
    if (values || !declaration) return;
    if (ts.isTypeAliasDeclaration(declaration)) {
      visitType(where, declaration.type, known, found, false);
    } else visitInterface(where, name, known, found);
  } else {
    add(type.kind === ts.SyntaxKind.BooleanKeyword ? [true, false] : undefined);
  }
}

/** `T` of `pulumi.Input<T>`. */
function withoutInput(type: ts.TypeNode): { type: ts.TypeNode; isInput: boolean } {
  if (ts.isTypeReferenceNode(type) && type.typeName.getText() === "pulumi.Input") {
    return { type: (type.typeArguments as ts.NodeArray<ts.TypeNode>)[0], isInput: true };
  }
  return { type, isInput: false };
}

/** The arguments that occur in a definition, and the values of those that have few: `path` and `path = value`. */
export function occurrences(component: Component, args: object): Set<string> {
  const found = new Set<string>();
  const known = new Map(argumentsOnce(component).map((argument) => [argument.path, argument]));
  const visit = (where: string, value: unknown): void => {
    if (value === undefined) return;
    const argument = known.get(where);
    if (argument) found.add(where);
    if (argument?.values) found.add(`${where} = ${String(value)}`);
    if (Array.isArray(value)) value.forEach((entry) => visit(`${where}[]`, entry));
    else if (typeof value === "object" && value !== null) {
      for (const [key, entry] of Object.entries(value)) {
        visit(known.has(`${where}.${key}`) ? `${where}.${key}` : `${where}{}`, entry);
      }
    }
  };
  visit(component, args);
  return found;
}

const lists = new Map<Component, Argument[]>();

function argumentsOnce(component: Component): Argument[] {
  const list = lists.get(component) ?? argumentsOf(component);
  lists.set(component, list);
  return list;
}

/** Everything that has to occur in the valid definitions of a run. */
export function everythingThatCanBeSaid(component: Component): string[] {
  return argumentsOnce(component).flatMap(({ path: where, values = [] }) => [
    where,
    ...values.map((value) => `${where} = ${String(value)}`),
  ]);
}

/** Names of a component's own arguments that may be inputs. */
export function inputsOf(component: Component): string[] {
  return argumentsOnce(component)
    .filter(({ path: where, isInput }) => isInput && where.split(".").length === 2)
    .map(({ path: where }) => where.split(".")[1]);
}
