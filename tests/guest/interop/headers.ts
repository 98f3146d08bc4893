import * as fs from "node:fs";
import * as path from "node:path";
import { mingwInclude, run, temporaryFolder } from "../native/build";

/**
 * The headers of mingw-w64 as gcc for Linux reads them: Windows' own declarations with the widths of 64-bit Windows, where
 * `long` has 32 bits. Nothing that includes them can be linked with a C library of Linux, which is not needed either.
 */
const headers = ["winsock2.h", "windows.h", "wincrypt.h", "ntsecapi.h", "ws2ipdef.h", "p2p.h"];

const compilerArguments = [
  ...["-w", "-nostdinc", "-isystem", "<compiler>", "-idirafter", mingwInclude],
  ...["-fshort-wchar", "-DUNICODE", "-D_WIN32_WINNT=0x0601", "-DNTDDI_VERSION=0x06010000"],
  ...["-D_WIN32", "-D_WIN64", "-D__MINGW32__", "-D__MINGW64__"],
  ...["-D__int64=long long", "-D__int32=int", "-D__int16=short", "-D__int8=char"],
  ...["-D__declspec(x)=__attribute__((x))", "-D__stdcall=", "-D__cdecl=", "-D__fastcall="],
  // Their own guess of it has 32 bits under a compiler for Linux.
  ...["-D_SIZE_T_DEFINED", "-Dsize_t=unsigned long"],
];

function compile(name: string, text: string, options: string[]): string {
  const own = run("gcc", ["-print-file-name=include"]).trim();
  const source = path.join(temporaryFolder("peerlab-headers-"), name);
  const included = headers.map((header) => `#include <${header}>\n`).join("");
  fs.writeFileSync(source, `${included}${text}`);
  const known = compilerArguments.map((argument) => (argument === "<compiler>" ? own : argument));
  return run("gcc", [...known, ...options, source]);
}

let preprocessed: string | undefined;

/** All that the headers declare, without comments and macros. */
function declarations(): string {
  preprocessed ??= compile("declarations.c", "", ["-E", "-P"]).replace(/\s+/g, " ");
  return preprocessed;
}

/** What the compiler says of expressions such as `sizeof(GUID)`: numbers, in order. Fails where one does not compile. */
export function evaluate(expressions: string[]): number[] {
  const folder = temporaryFolder("peerlab-values-");
  const values = expressions.map((expression) => `  (unsigned long long)(${expression}),\n`);
  const object = path.join(folder, "values.o");
  const table = `\nconst unsigned long long values[] = {\n${values.join("")}  0};\n`;
  compile("values.c", table, ["-c", "-o", object]);
  const main = path.join(folder, "main.c");
  const program = path.join(folder, "values");
  fs.writeFileSync(
    main,
    `#include <stdio.h>\nextern const unsigned long long values[];\n` +
      `int main(void) {\n` +
      `  for (int i = 0; i < ${expressions.length}; i++) printf("%llu\\n", values[i]);\n` +
      `  return 0;\n}\n`,
  );
  run("gcc", ["-o", program, main, object]);
  return run(program, []).trim().split("\n").map(Number);
}

/** The fields of a structure as they are reached by name, in order; those of an unnamed union one after another. */
export function fieldsOf(structure: string): string[] {
  const text = declarations();
  const end = new RegExp(`\\} ?${structure} ?[,;]`).exec(text)?.index;
  if (end === undefined) throw new Error(`The headers have no structure ${structure}.`);
  let start = end;
  for (let depth = 0; start >= 0; start--) {
    if (text[start] === "}") depth++;
    if (text[start] === "{" && --depth === 0) break;
  }
  const body = text.slice(start + 1, end).replace(/union ?\{([^{}]*)\} ?;/g, "$1");
  if (/[{}]/.test(body))
    throw new Error(`${structure} has something inside that is not understood.`);
  return body
    .split(";")
    .map((field) => /(\w+) ?(?:\[[^\]]*\])? ?$/.exec(field.trim())?.[1])
    .filter((name) => name !== undefined);
}

/** A function's prototype: the C types of what it returns and of its parameters. */
export function prototypeOf(name: string): { returns: string; parameters: string[] } {
  const text = declarations();
  const found = new RegExp(`(\\w+) ${name} ?\\(([^()]*)\\) ?;`).exec(text);
  if (found === null) throw new Error(`The headers declare no function ${name}.`);
  const parameters = found[2]!.trim();
  return {
    returns: found[1]!,
    parameters:
      parameters === "" || parameters === "void" ? [] : parameters.split(",").map(parameterType),
  };
}

/** `ULONG *pCount` without the name. */
function parameterType(parameter: string): string {
  const named = /^(.*[\s*])\w+\s*$/.exec(parameter.trim());
  if (named === null) throw new Error(`A parameter without a name: ${parameter}`);
  return named[1]!.trim();
}
