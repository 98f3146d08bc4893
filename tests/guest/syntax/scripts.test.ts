import * as assert from "node:assert/strict";
import { preparationScript } from "../../../guest/preparation";
import { powerShellFiles, readGuestText, windowsFiles } from "../files";
import { commandsIn, commandsOf, functionsOf, nodesOf, parse } from "../powershell";
import { exportedFunctions } from "./calls";
import { rules } from "./rules";
import { functionsOfAll, isEntry, type Script } from "./script";
import { asciiWithLineFeeds } from "./style";
import { unsetVariables } from "./variables";

/** Where a rule does not hold, and why. */
const exceptions: Record<string, string[]> = {
  // It is one encoded line that has to fit into cmd's 8,191 characters.
  "password.ps1": [
    "give arguments by name",
    "set strict mode and preferences where they run by themselves",
  ],
};

describe("guest scripts", () => {
  const scripts = powerShellFiles().map((file): Script => ({
    file,
    text: readGuestText(file).replace(/\r\n/g, "\n"),
  }));
  const named = (file: string) => scripts.filter((script) => script.file === file);

  for (const [holds, rule] of Object.entries(rules)) {
    it(holds, () => {
      const all = functionsOfAll(scripts);
      const looked = scripts.filter(({ file }) => !exceptions[file]?.includes(holds));
      assert.deepEqual(
        looked.flatMap((script) => rule(script, all)),
        [],
      );
    });
  }

  it("are ASCII with line feeds in C# as well", () => {
    for (const file of windowsFiles().filter((name) => name.endsWith(".cs"))) {
      const text = readGuestText(file).replace(/\r\n/g, "\n");
      assert.deepEqual(asciiWithLineFeeds({ file, text }, new Map()), []);
    }
  });

  /** The scripts that a script dot-sources, by the file names it gives to `Join-Path`. */
  function sourcedBy({ file, text }: Script): Script[] {
    const folder = file.includes("/") ? `${file.split("/")[0]}/` : "";
    return nodesOf(parse(text), "command")
      .filter((node) => node.text.startsWith(". "))
      .flatMap((node) => nodesOf(node, "string_literal"))
      .flatMap((node) => named(folder + node.text.slice(1, -1)));
  }

  const module = scripts.filter(({ file }) => file.endsWith(".psm1"));

  /** The scripts whose definitions a script sees where it runs. */
  function scopeOf(script: Script): Script[] {
    const [root] = module;
    const parts = [root, ...sourcedBy(root)];
    return parts.includes(script) ? parts : [script, ...sourcedBy(script)];
  }

  it("call only functions that exist where they run: in the module, in an entry, in the preparation", () => {
    const all = functionsOfAll(scripts);
    const exported = exportedFunctions(module[0].text);
    const preparation: Script = { file: "preparation", text: preparationScript(readGuestText) };
    const partsAlone = ["OpenSsh.ps1", "prepare.ps1"];
    const missing = [
      ...scripts.filter(({ file }) => !partsAlone.includes(file)),
      preparation,
    ].flatMap((script) => {
      const visible = functionsOfAll(script === preparation ? [preparation] : scopeOf(script));
      const imports = commandsOf(script.text).some(({ name }) => name === "Import-Module");
      return commandsOf(script.text)
        .filter(({ name }) => all.has(name) && !visible.has(name))
        .filter(({ name }) => !(imports && exported.has(name)))
        .map(({ name, line }) => `${script.file}:${line}: ${name} is not defined there`);
    });
    assert.deepEqual(missing, []);
  });

  it("read only variables that are set: strict mode ends a script at any other", () => {
    const preparation: Script = { file: "preparation", text: preparationScript(readGuestText) };
    assert.deepEqual(
      [
        ...scripts
          .filter(({ file }) => !["OpenSsh.ps1", "prepare.ps1"].includes(file))
          .flatMap((script) => unsetVariables(script, scopeOf(script))),
        ...unsetVariables(preparation, []),
      ],
      [],
    );
  });

  it("export only functions that the module has", () => {
    const has = functionsOfAll(scopeOf(module[0]));
    const exported = [...exportedFunctions(module[0].text)];
    assert.ok(exported.length > 0);
    assert.deepEqual(
      exported.filter((name) => !has.has(name)),
      [],
    );
  });

  it("define no function twice in one scope", () => {
    const names = [module[0], ...sourcedBy(module[0])].flatMap(({ text }) =>
      functionsOf(text).map(({ name }) => name),
    );
    assert.deepEqual(
      names.filter((name, at) => names.indexOf(name) !== at),
      [],
    );
  });

  it("are dot-sourced by the module where they only define, all that are copied", () => {
    const sourced = sourcedBy(module[0]).map(({ file }) => file);
    const defining = scripts
      .filter((script) => script.file.startsWith("PeerLab/") && !isEntry(script))
      .map(({ file }) => file);
    assert.deepEqual(sourced.sort(), defining.sort());
  });

  it("find what they look for: the rules see the scripts' own commands", () => {
    assert.ok(commandsIn(parse(module[0].text)).some(({ name }) => name === "Add-Type"));
    assert.ok(functionsOfAll(scripts).size > 50);
  });
});
