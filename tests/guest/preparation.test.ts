import * as assert from "node:assert/strict";
import { preparationFile, preparationMarker } from "../../guest/contract";
import { preparationParts, preparationScript } from "../../guest/preparation";
import { powerShellFiles, readGuestText } from "./files";
import { commandsOf, functionsOf, parametersOf, parse, tokenize } from "./powershell";

describe("guest/preparation", () => {
  const script = preparationScript(readGuestText);

  it("begins with the marker", () => {
    assert.equal(script.split("\n", 1)[0], preparationMarker);
  });

  it("declares its parameters before any other statement, as PowerShell demands", () => {
    const [first] = tokenize(script);
    assert.equal(first.text, "param");
  });

  it("takes exactly the parameters that a run command gives it", () => {
    const names = parametersOf(parse(script)).map(({ name }) => name);
    assert.deepEqual(names, ["Settings", "Attempt"]);
  });

  it("holds every function of its parts once, and no command that neither it nor Windows has", () => {
    const names = functionsOf(script).map((one) => one.name);
    assert.deepEqual([...new Set(names)].sort(), [...names].sort());
    for (const part of preparationParts) {
      for (const { name } of functionsOf(readGuestText(part)))
        assert.ok(names.includes(name), name);
    }
    // Functions of ours are named for peers, SSH, the ledger and so on; none of the module's may be missing here.
    const elsewhere = powerShellFiles()
      .filter(
        (file) => file.startsWith("PeerLab/") && !preparationParts.some((one) => one === file),
      )
      .flatMap((file) => functionsOf(readGuestText(file)))
      .map((one) => one.name);
    for (const { name, line } of commandsOf(script)) {
      assert.ok(!elsewhere.includes(name), `line ${line}: ${name} is not in the preparation`);
    }
  });

  it("is the same whatever line ends the checkout has", () => {
    const withCarriageReturns = preparationScript((name) =>
      readGuestText(name).replace(/\n/g, "\r\n"),
    );
    assert.equal(withCarriageReturns, script);
  });

  it("refuses a body without the marker or without the place for the functions", () => {
    const body = readGuestText(preparationFile);
    const composed = (text: string) => () =>
      preparationScript((name) => (name === preparationFile ? text : ""));
    assert.throws(composed(`\n${body}`), /first line is "", expected/);
    assert.throws(composed(body.replace("# === shared functions ===", "")), /occurs 0 times/);
  });
});
