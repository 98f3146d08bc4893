import * as assert from "node:assert/strict";
import * as path from "node:path";
import { itNeeds } from "../missing";
import { run } from "../native/build";
import { buildInterop, describeInterop } from "./build";
import { evaluate, prototypeOf } from "./headers";

/** Functions that fill a structure which the C# takes as a buffer of bytes, large enough by its own words. */
const rawBuffers = ["WSAStartup"];

describe("guest/PeerLab, the functions that the C# imports", function () {
  this.timeout(60_000);
  const built = buildInterop();
  if ("unavailable" in built) {
    itNeeds("are those of Windows' headers", built.unavailable);
    return;
  }
  const imports = describeInterop(built, "imports").map(
    ([, library, name, charSet, returns, ...parameters]) => ({
      library: library!,
      name: name!,
      charSet: charSet!,
      returns: returns!,
      parameters,
    }),
  );
  const sizes = new Map(
    describeInterop(built, "layout")
      .filter(([kind]) => kind === "struct")
      .map((words) => [words[2]!, Number(words[3])]),
  );
  sizes.set("Guid", 16).set("FILETIME", 8);

  it("are all played by the native double", () => {
    const symbols = run("nm", ["-D", "--defined-only", path.join(built.native.folder, "p2p.dll")]);
    const played = new Set(symbols.split("\n").map((line) => line.split(" ")[2]));
    const missing = imports.filter(({ name }) => !played.has(name)).map(({ name }) => name);
    assert.deepEqual(missing, []);
    assert.ok(imports.filter(({ library }) => library === "p2p.dll").length >= 40);
  });

  it("come from libraries that the native double stands for", () => {
    const libraries = new Set(imports.map(({ library }) => library));
    for (const library of libraries) {
      assert.ok(run("ls", [built.native.folder]).split("\n").includes(library), library);
    }
  });

  it("take UTF-16 wherever they take a text", () => {
    const others = imports.filter(
      ({ parameters, charSet }) => parameters.includes("text") && charSet !== "Unicode",
    );
    assert.deepEqual(others, []);
  });

  // One run of the compiler answers for all functions.
  let answers: Map<string, number[]>;
  before(() => {
    const asked = imports.map(({ name, parameters }) => {
      const prototype = prototypeOf(name);
      const ofParameters = prototype.parameters.flatMap((type, index) =>
        parameters[index]?.startsWith("value")
          ? [`sizeof(${type})`]
          : [`sizeof(${type})`, `sizeof(*(${type})0)`],
      );
      const isVoid = /^void$/i.test(prototype.returns);
      return {
        name,
        expressions: [isVoid ? "0" : `sizeof(${prototype.returns})`, ...ofParameters],
      };
    });
    const values = evaluate(asked.flatMap(({ expressions }) => expressions));
    answers = new Map(
      asked.map(({ name, expressions }) => [name, values.splice(0, expressions.length)]),
    );
  });

  for (const { library, name, returns, parameters } of imports) {
    it(`${name} of ${library}: as many parameters, each as wide`, () => {
      const prototype = prototypeOf(name);
      assert.equal(parameters.length, prototype.parameters.length, prototype.parameters.join());
      const expected = [
        returns === "void" ? 0 : Number(returns.split(":")[1]),
        ...parameters.flatMap((kind) => widths(kind, name)),
      ];
      const values = [...answers.get(name)!];
      if (rawBuffers.includes(name)) values[values.length - 1] = 1;
      assert.deepEqual(expected, values, prototype.parameters.join());
    });
  }

  /** The width of a parameter; of a pointer also the width of what it points to. */
  function widths(kind: string, name: string): number[] {
    if (kind === "text") return [8, 2];
    const [way, what] = kind.split(":") as [string, string];
    if (way === "value") return [Number(what)];
    const size = /^\d+$/.test(what) ? Number(what) : sizes.get(what);
    assert.ok(size !== undefined, `${name}: ${what} is no structure that was described`);
    return [8, size];
  }
});
