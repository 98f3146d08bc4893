import * as assert from "node:assert/strict";
import { giveBackLines } from "../../lab/exportIdentity";

describe("lab/exportIdentity", () => {
  const copy = {
    person: "ada",
    xml: "copies/o'neill/ada.peeridentity.xml",
    password: "copies/ada.peeridentity.password",
    stack: "dev",
  };
  const set = "pulumi config set --secret --path 'people.ada.";

  it("gives commands for a POSIX shell that quote what has to be quoted and name no secret", () => {
    const [, identity, password] = giveBackLines({ ...copy, platform: "linux" });
    assert.equal(
      identity,
      `  base64 < 'copies/o'\\''neill/ada.peeridentity.xml' | tr -d '\\n' | ${set}exportedIdentity' --stack dev`,
    );
    assert.equal(
      password,
      `  ${set}exportPassword' --stack dev < copies/ada.peeridentity.password`,
    );
  });

  it("gives commands for PowerShell on Windows", () => {
    const [, identity, password] = giveBackLines({ ...copy, platform: "win32" });
    assert.match(
      identity,
      /ReadAllBytes\('copies\/o''neill\/ada\.peeridentity\.xml'\)\) \| pulumi/,
    );
    assert.match(
      password,
      /Get-Content -Raw -LiteralPath 'copies.*' \| pulumi config set --secret/,
    );
  });
});
