import * as assert from "node:assert/strict";
import { powerShellFiles, readGuestText, windowsFiles } from "./files";
import { commandsOf, functionsOf, tokenize } from "./powershell";

/** The cmdlets of Windows that the scripts use, so that a misspelt one is found. */
const cmdlets = new Set(
  `Add-Type Add-WindowsCapability ConvertFrom-Json ConvertTo-Json Enable-NetAdapterBinding Export-ModuleMember
  ForEach-Object Get-Acl Get-AuthenticodeSignature Get-ChildItem Get-CimInstance Get-ExecutionPolicy Get-FileHash Get-Item
  Get-ItemProperty Get-NetAdapterBinding Get-NetFirewallAddressFilter Get-NetFirewallPortFilter Get-NetFirewallRule
  Get-NetIPAddress Get-Service Get-WindowsFeature Import-Module Install-WindowsFeature Invoke-WebRequest Join-Path Move-Item
  New-Item New-ItemProperty New-NetFirewallRule New-Object Receive-Job Remove-Item Remove-Job Remove-NetFirewallRule
  Restart-Service Select-Object Set-Acl Set-NetFirewallRule Set-Service Set-StrictMode Sort-Object Split-Path Start-Job
  Start-Process Start-Service Start-Sleep Test-Path Wait-Job Where-Object Write-Output Write-Verbose cmd.exe`.split(
    /\s+/,
  ),
);

const approvedVerbs = new Set(
  `Add Assert Clear ConvertFrom ConvertTo Enable Export Find Get Import Install Invoke New Read Register Remove Set Start Stop
  Sync Test Wait Write`.split(/\s+/),
);

/** Functions of other modules do not see the caller's error preference. */
const needsErrorAction = /-(NetFirewall|NetAdapter|NetIP|Windows(Feature|Capability)|CimInstance)/;

describe("guest scripts", () => {
  const files = powerShellFiles();
  const definitions = new Map(
    files.flatMap((file) => functionsOf(readGuestText(file)).map((one) => [one.name, one])),
  );

  it("are ASCII with line feeds, since Windows PowerShell reads a file without a mark in the ANSI code page", () => {
    for (const file of windowsFiles()) {
      assert.match(readGuestText(file).replace(/\r\n/g, "\n"), /^[\x20-\x7e\n]*\n$/, file);
    }
  });

  it("call nothing but their own functions and known cmdlets, by full name", () => {
    for (const file of files) {
      for (const { name, line } of commandsOf(readGuestText(file))) {
        assert.ok(definitions.has(name) || cmdlets.has(name), `${file}:${line}: ${name}`);
      }
    }
  });

  it("give their own functions only parameters that these have", () => {
    for (const file of files) {
      for (const { name, parameters, line } of commandsOf(readGuestText(file))) {
        const known = definitions.get(name)?.parameters;
        for (const parameter of known === undefined ? [] : parameters) {
          assert.ok(known?.includes(parameter), `${file}:${line}: ${name} -${parameter}`);
        }
      }
    }
  });

  it("define functions with approved verbs, each with its help", () => {
    for (const file of files) {
      const text = readGuestText(file);
      for (const { name, line } of functionsOf(text)) {
        assert.ok(approvedVerbs.has(name.split("-")[0]), `${file}:${line}: ${name}`);
        assert.match(text, new RegExp(`function ${name} \\{\\n {4}<#\\n {4}\\.SYNOPSIS`), name);
      }
    }
  });

  it("name the error action where a cmdlet does not see the script's", () => {
    for (const file of files) {
      for (const { name, parameters, line } of commandsOf(readGuestText(file))) {
        if (!needsErrorAction.test(name)) continue;
        // The firewall's settings are splatted, with the error action among them.
        const splatted = /^(New|Set)-NetFirewallRule$/.test(name);
        assert.ok(splatted || parameters.includes("ErrorAction"), `${file}:${line}: ${name}`);
      }
    }
  });

  it("convert to JSON with an explicit depth: two levels are the default, and the rest is lost in silence", () => {
    for (const file of files) {
      for (const { name, parameters, line } of commandsOf(readGuestText(file))) {
        if (name === "ConvertTo-Json") assert.ok(parameters.includes("Depth"), `${file}:${line}`);
      }
    }
  });

  it("leave standard input to the entry: PowerShell reads it where the pipeline variable is mentioned", () => {
    for (const file of files) {
      const named = tokenize(readGuestText(file)).filter((token) => /^\$input$/i.test(token.text));
      assert.deepEqual(named, [], file);
    }
  });

  it("never evaluate text, and put no secret on a command line", () => {
    for (const file of files) {
      const text = readGuestText(file);
      assert.doesNotMatch(text, /Invoke-Expression|AsPlainText|Start-Transcript|Write-Host/i, file);
      for (const token of tokenize(text)) {
        if (token.kind !== "parameter") continue;
        assert.doesNotMatch(token.text, /^-(EncodedCommand|Password)$/i, `${file}:${token.line}`);
      }
    }
  });

  it("parse: the tokenizer finds a missing bracket and an unknown command", () => {
    assert.throws(() => tokenize("if ($a) {\n"), /missing at the end/);
    assert.throws(() => tokenize("( ]"), /closes something else/);
    const [command] = commandsOf("$x = @(Get-Thing -Name 'a' | sort)\n");
    assert.deepEqual(command, { name: "Get-Thing", parameters: ["Name"], line: 1 });
    assert.equal(commandsOf("$x | sort\n")[0].name, "sort");
  });
});
