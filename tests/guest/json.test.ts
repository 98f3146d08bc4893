import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { skipWithout } from "./missing";
import { buildMonoDriver, missingForMono } from "./mono/build";

/** PeerJson.cs: what it writes is read by others, and it reads what others write. */
describe("guest/PeerLab, JSON in C#", function () {
  this.timeout(60_000);
  before(function () {
    skipWithout(this, missingForMono());
  });

  /** Each line read by the C# and written again. */
  const roundTrip = (lines: string[]): string[] => {
    const { program, native } = buildMonoDriver();
    const { status, stdout, stderr } = spawnSync("mono", [program, "json"], {
      input: `${lines.join("\n")}\n`,
      encoding: "utf8",
      env: { ...process.env, ...native.environment, LC_ALL: "C.UTF-8" },
    });
    assert.equal(status, 0, stderr);
    return stdout.trimEnd().split("\n");
  };

  it("keeps every document, and writes one line of ASCII", () => {
    // Beyond what decimal holds no number of ours lies; a number keeps its value, not its spelling.
    const number = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer({ min: -(10 ** 6), max: 10 ** 6 }).map((n) => n / 1000),
    );
    const document = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string({ unit: "binary" }),
        number,
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 4 }),
        // An object of JavaScript takes a key of this name for its prototype.
        fc.dictionary(
          fc.string().filter((key) => key !== "__proto__"),
          tie("value"),
          { maxKeys: 4 },
        ),
      ),
    })).value;
    const documents = fc.sample(document, 500);
    const written = roundTrip(documents.map((value) => JSON.stringify(value)));
    assert.equal(written.length, documents.length);
    for (const [index, line] of written.entries()) {
      assert.match(line, /^[\x20-\x7e]*$/);
      // Negative zero has no spelling of its own among whole numbers.
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(documents[index])));
    }
  });

  it("reads white space, escapes and capital letters as they are meant", () => {
    const lines = [
      ' { "a" : [ 1 , -2.5 , 1e3 , true , false , null ] , "A" : "" } ',
      '"\\u00E9\\n\\t\\"\\\\\\/\\b\\f\\r\\ud83d\\ude00"',
      "12345678901234567890",
      '"é"',
    ];
    const [object, text, long, plain] = roundTrip(lines);
    assert.equal(object, '{"a":[1,-2.5,1000,true,false,null],"A":""}');
    assert.equal(JSON.parse(text!), 'é\n\t"\\/\b\f\r😀');
    assert.equal(long, "12345678901234567890");
    assert.equal(plain, '"\\u00e9"');
  });

  it("refuses what is no JSON by its place, without repeating it", () => {
    const canary = "Canary";
    const wrong = [
      "",
      "{",
      `{"${canary}"}`,
      `{"a":"${canary}"`,
      `{"a":1,}`,
      "[1,]",
      "[1 2]",
      `"${canary}`,
      '"\\x"',
      '"\\u12"',
      "tru",
      "1.2.3",
      "-",
      "1e999",
      `{} ${canary}`,
      "{a:1}",
      "'a'",
      "[".repeat(100),
    ];
    for (const [index, line] of roundTrip(wrong).entries()) {
      assert.match(
        line,
        /^FormatException: This is not JSON from character \d+ on\.$/,
        wrong[index],
      );
    }
  });
});
