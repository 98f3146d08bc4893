import * as assert from "node:assert/strict";
import type { Command } from "commander";
import { labCommand, runCommandLine } from "../../lab/commandLine";
import { exitCodes, type DeclareVerb } from "../../lab/context";
import { verbs } from "../../lab/verbs";

const call = "peerlab";

/** Every verb with its sub-commands, by the words that call it. */
function walk(command: Command, words: string[] = []): { words: string[]; command: Command }[] {
  return command.commands.flatMap((one) => {
    const own = [...words, one.name()];
    return [{ words: own, command: one }, ...walk(one, own)];
  });
}
const all = walk(labCommand(verbs, call, async () => {}));

function helpOf(words: string[]): string {
  let text = "";
  const program = labCommand(verbs, call, async () => {}, { writeOut: (part) => (text += part) });
  assert.throws(() => program.parse([...words, "--help"], { from: "user" }));
  return text;
}
const examplesIn = (help: string) =>
  help.split("\n").filter((line) => line.startsWith(`  ${call} `));

async function run(args: string[], own: readonly DeclareVerb[] = verbs, aborted = false) {
  const shown = { output: "", errors: "" };
  const ended = new AbortController();
  if (aborted) ended.abort("SIGINT");
  const code = await runCommandLine(args, own, call, {
    folder: "/nowhere",
    environment: {},
    output: (text) => (shown.output += text),
    report: (line) => (shown.errors += `${line}\n`),
    screen: { write: (text) => (shown.errors += text) },
    signal: ended.signal,
  });
  return { code, ...shown };
}
/** A verb of the name `try` that does that. */
const verb =
  (work: () => Promise<number>, options?: { takesFurther: boolean }): DeclareVerb =>
  (program, start) =>
    program.command("try").action(() => start(work, options));

describe("lab/commandLine", () => {
  it("has a help of complete sentences for every verb, argument and option", () => {
    assert.ok(all.length >= 8);
    for (const { words, command } of all) {
      const texts = [
        command.summary(),
        command.description(),
        ...command.registeredArguments.map(({ description }) => description),
        ...command.options.map(({ description }) => description),
      ];
      for (const text of texts) assert.match(text, /^[A-Z].*\.$/s, `${words.join(" ")}: ${text}`);
    }
  });

  it("shows an example for every verb, which is understood", async () => {
    for (const { words } of all) {
      const examples = examplesIn(helpOf(words));
      assert.ok(examples.length > 0, words.join(" "));
      for (const example of examples) {
        let ran = 0;
        const [args] = example.trim().slice(call.length).trim().split(" -- ");
        const program = labCommand(verbs, call, async () => void ran++);
        await program.parseAsync(args.split(/\s+/), { from: "user" });
        assert.equal(ran, 1, example);
      }
    }
  });

  it("suggests the nearest verb and option, and begins nothing", async () => {
    for (const [args, words] of [
      [["stauts"], /unknown command 'stauts'\n\(Did you mean status\?\)/],
      [["status", "--jsn"], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
      [["identity", "exprot", "ada"], /unknown command 'exprot'\n\(Did you mean export\?\)/],
      [["identity", "export"], /missing required argument 'PERSON'/],
      [
        ["check", "--no-proof", "--output", "x"],
        /--output <FILE>' cannot be used with .*--no-proof/,
      ],
      [["status", "--", "x"], /nothing after -- is taken here, not "x"/],
    ] as const) {
      const { code, output, errors } = await run([...args]);
      assert.equal(code, exitCodes.usage, errors);
      assert.match(errors, words);
      assert.equal(output, "");
    }
  });

  it("passes the verb's exit code on, and says an error in one message", async () => {
    const ends = verb(async () => 7);
    assert.equal((await run(["try"], [ends])).code, 7);
    const fails = verb(() => Promise.reject(new Error("Azure is gone.")));
    assert.deepEqual(await run(["try"], [fails]), {
      code: exitCodes.failed,
      output: "",
      errors: "Azure is gone.\n",
    });
    assert.equal((await run(["try"], [fails], true)).code, exitCodes.interrupted);
    const takes = verb(async () => 0, { takesFurther: true });
    assert.equal((await run(["try", "--", "--anything"], [takes])).code, exitCodes.done);
  });

  it("shows its help where it is asked for, and says where there is no project", async () => {
    for (const args of [["help"], ["--help"], ["help", "status"], ["identity", "help", "list"]]) {
      const { code, output } = await run(args);
      assert.equal(code, exitCodes.done);
      assert.match(output, /^Usage: peerlab /);
    }
    const nowhere = await run(["status"]);
    assert.equal(nowhere.code, exitCodes.failed);
    assert.match(nowhere.errors, /^There is no Pulumi\.yaml in \/nowhere/);
  });
});
