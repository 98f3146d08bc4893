import * as assert from "node:assert/strict";
import { passwordFile, passwordMarker } from "../../guest/contract";
import { passwordCommand } from "../../guest/password";
import { readGuestText } from "./files";
import { tokenize } from "./powershell";

/** cmd.exe takes no longer line, and sshd puts its own path, `/c` and quotes before it. */
const longestCmdLine = 8191;
const margin = 500;

describe("guest/password", () => {
  const command = passwordCommand(readGuestText);
  const script = Buffer.from(command.split(" ").pop() ?? "", "base64").toString("utf16le");

  it("is one line that cmd and PowerShell take as it is, with room to spare", () => {
    assert.match(
      command,
      /^powershell\.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand [A-Za-z0-9+/]+=*$/,
    );
    assert.ok(command.length < longestCmdLine - margin, `${command.length} characters`);
  });

  it("carries the file without comments and indentation, behind its marker", () => {
    const [first, ...rest] = script.split("\n");
    assert.equal(first, passwordMarker);
    assert.ok(rest.every((line) => /^[^\s#]/.test(line)));
    const meaning = (text: string) => tokenize(text).map(({ text: word }) => word);
    assert.deepEqual(meaning(script), meaning(readGuestText(passwordFile)));
  });

  it("changes the password from the old one and never resets it", () => {
    assert.match(script, /NetUserChangePassword\(\$env:COMPUTERNAME, /);
    assert.doesNotMatch(script, /NetUserSetInfo|SetPassword\(|Set-LocalUser|net(\.exe)? user/i);
  });

  it("reads its request from standard input alone, and repeats no password", () => {
    assert.match(script, /\[Console\]::In\.ReadToEnd\(\)/);
    assert.doesNotMatch(script, /\$args|\$env:(?!COMPUTERNAME)/);
    const texts = tokenize(script).filter(({ kind, text }) => kind === "string" && text[0] === '"');
    for (const { text } of texts) assert.doesNotMatch(text, /\$(old|new|request)\b/, text);
  });

  it("is the same whatever line ends the checkout has", () => {
    const withCarriageReturns = passwordCommand((name) =>
      readGuestText(name).replace(/\n/g, "\r\n"),
    );
    assert.equal(withCarriageReturns, command);
  });

  it("refuses a file without the marker", () => {
    assert.throws(() => passwordCommand(() => "exit\n"), /first line is "exit", expected/);
  });
});
