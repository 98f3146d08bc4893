import * as assert from "node:assert/strict";
import * as path from "node:path";
import { kindNames } from "../../bench/kinds";
import { help, operations, parseOptions } from "../../bench/options";

const parse = (...args: string[]) => parseOptions(args, "/checkout/docs");

describe("bench: the command line", () => {
  it("measures everything by default and writes into docs", () => {
    assert.deepEqual(parse(), {
      sizes: [1, 5, 10, 50, 200],
      rounds: 3,
      limit: 1800,
      operations: [...operations],
      kinds: [...kindNames],
      output: path.resolve("/checkout/docs"),
      skipsCheckpoints: false,
    });
  });

  it("takes what is asked for, in the order in which it is measured", () => {
    const options = parse(
      ...["--sizes", "500,2", "--rounds", "1", "--operations", "up, preview"],
      ...["--kinds", "library,empty", "--output", "/elsewhere", "--limit", "60"],
      "--skip-checkpoints",
    );
    assert.deepEqual(options, {
      sizes: [500, 2],
      rounds: 1,
      limit: 60,
      operations: ["preview", "up"],
      kinds: ["empty", "library"],
      output: path.resolve("/elsewhere"),
      skipsCheckpoints: true,
    });
  });

  it("says everything that is wrong at once", () => {
    assert.throws(
      () =>
        parse(
          ...["--sizes", "0,2.5,x,501", "--rounds", "", "--limit", "1h"],
          ...["--operations", "no-op,fly", "--kinds", "ours"],
        ),
      (error: Error) => {
        const options = error.message.split("\n").map((line) => line.split(":")[0]);
        assert.deepEqual(options, [
          ...["--sizes", "--sizes", "--sizes", "--sizes", "--rounds", "--limit"],
          ...["--operations", "--kinds", "--operations", "npm run bench -- --help"],
        ]);
        assert.match(error.message, /--sizes: "501" is no whole number from 1 to 500/);
        assert.match(error.message, /--operations: no-op needs up before it/);
        assert.match(error.message, /--kinds: "ours" is none of empty-default, /);
        return true;
      },
    );
    assert.throws(() => parse("--round", "1"), /--round/);
  });

  it("renders from a file, and explains itself, without measuring", () => {
    assert.deepEqual(parse("--render", "/some/performance.json"), {
      render: path.resolve("/some/performance.json"),
      output: path.resolve("/checkout/docs"),
    });
    assert.deepEqual(parse("--help", "--sizes", "x"), { help: true });
  });

  it("explains every kind and operation", () => {
    for (const name of [...kindNames, ...operations]) assert.ok(help.includes(name), name);
  });
});
