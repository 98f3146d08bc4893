import * as assert from "node:assert/strict";
import { functionsOf } from "../powershell";
import * as calls from "./calls";
import * as output from "./output";
import * as programs from "./programs";
import { functionsOfAll, type Rule, type Script } from "./script";
import { requestStaysWhole, secretsStayInside } from "./secrets";
import * as style from "./style";
import { unsetVariables } from "./variables";

const script = (text: string): Script => ({ file: "a.ps1", text });

/** What a rule finds in a script whose functions are the only ones. */
function findings(rule: Rule, text: string): string[] {
  return rule(script(text), functionsOfAll([script(text)]));
}

/** Asserts that a rule finds exactly these lines, or nothing at all. */
function assertLines(rule: Rule, text: string, ...lines: number[]): void {
  assert.deepEqual(
    findings(rule, text).map((found) =>
      Number(/^a\.ps1:(\d+):/.exec(found)?.[1] ?? /line (\d+)/.exec(found)?.[1]),
    ),
    lines,
    text,
  );
}

const lend =
  "function Lend-Book {\n    param([Parameter(Mandatory = $true)][string]$Title, [switch]$Long)\n}\n";

describe("tests/guest/syntax, the rules", () => {
  it("reads functions with their parameters", () => {
    const [own] = functionsOf(lend);
    assert.deepEqual(
      own.declared.map(({ name, mandatory, isSwitch }) => [name, mandatory, isSwitch]),
      [
        ["Title", true, false],
        ["Long", false, true],
      ],
    );
  });

  it("parses: an open bracket is found, a whole script is not", () => {
    assert.notDeepEqual(findings(style.parses, "if ($a) {\n"), []);
    assertLines(style.parses, "if ($a) { 'x' } else { 'y' }\n");
    assertLines(style.parses, "(Get-A) && (Get-B)\n", 1);
  });

  it("onlyKnownCommands: aliases, misspelt commands and other cases are found", () => {
    assertLines(calls.onlyKnownCommands, "$a | sort\n% { 1 }\nGet-Servce -Name 'a'\n", 1, 2, 3);
    assertLines(
      calls.onlyKnownCommands,
      `${lend}Get-Service -Name 'a' | Sort-Object\nLend-Book -Title 'b'\ncmd.exe /c ver\n`,
    );
  });

  it("availableEverywhere: a server's command needs a question for the edition before", () => {
    assertLines(calls.availableEverywhere, "Get-WindowsFeature -Name 'PNRP'\n", 1);
    assertLines(
      calls.availableEverywhere,
      "if (Test-ServerEdition) {\n    Get-WindowsFeature -Name 'PNRP'\n}\n",
    );
  });

  it("availableEverywhere: a parameter of PowerShell 7 needs a question for it, splatted as well", () => {
    assertLines(
      calls.availableEverywhere,
      "ConvertFrom-Json -InputObject $a -DateKind String\n",
      1,
    );
    assertLines(
      calls.availableEverywhere,
      "$b = @{ DateKind = 'String' }\nConvertFrom-Json @b\n",
      2,
    );
    assertLines(
      calls.availableEverywhere,
      "$b = @{}\nif ((Get-Command -Name 'ConvertFrom-Json').Parameters.ContainsKey('DateKind')) {\n    $b['DateKind'] = 'String'\n}\nConvertFrom-Json @b\n",
    );
  });

  it("namedArguments: what goes by place is found, switches and splats are known", () => {
    assertLines(calls.namedArguments, `${lend}Test-Path 'a'\nLend-Book -Long 'b'\n`, 4, 5);
    assertLines(
      calls.namedArguments,
      `${lend}Test-Path -LiteralPath 'a'\nLend-Book -Title 'b' -Long:$c\nSort-Object @d -Unique\nGet-Item -LiteralPath $e.F() -Force\n`,
    );
  });

  it("knownParameters: an abbreviated or unknown one is found, common ones are known", () => {
    assertLines(
      calls.knownParameters,
      "Get-Service -Na 'a'\n$b = @{ Recurse = 1 }\nGet-Service @b\n",
      1,
      3,
    );
    assertLines(calls.knownParameters, "Get-Service -Name 'a' -ErrorAction Stop\n");
  });

  it("ownFunctionsCalledRight: an unknown and a missing parameter are found", () => {
    assertLines(
      calls.ownFunctionsCalledRight,
      `${lend}Lend-Book -Title 'a' -Short\nLend-Book -Long\n`,
      4,
      5,
    );
    assertLines(
      calls.ownFunctionsCalledRight,
      `${lend}$b = @{ Title = 'a' }\nLend-Book @b -Verbose\n`,
    );
  });

  it("namedErrorAction and explicitDepth, given by splatting as well", () => {
    assertLines(calls.namedErrorAction, "Get-NetAdapter -Name 'a'\n", 1);
    assertLines(calls.namedErrorAction, "$b = @{ ErrorAction = 'Stop' }\nGet-NetAdapter @b\n");
    assertLines(calls.explicitDepth, "ConvertTo-Json -InputObject $a\n", 1);
    assertLines(calls.explicitDepth, "ConvertTo-Json -InputObject $a -Depth 4\n");
  });

  it("nullOnTheLeft", () => {
    assertLines(calls.nullOnTheLeft, "if ($a -eq $null) { 'b' }\n", 1);
    assertLines(calls.nullOnTheLeft, "if ($null -ne $a -and $b -eq 'c') { 'b' }\n");
  });

  it("formatsInParentheses", () => {
    assertLines(
      style.formatsInParentheses,
      "$out.Write('{0} {1}' -f $a, $b)\n$out.Add('{0}' -f $a)\n",
      1,
      2,
    );
    assertLines(style.formatsInParentheses, "$out.Write(('{0} {1}' -f $a, $b), ($c -f $d))\n");
  });

  it("asciiWithLineFeeds", () => {
    assertLines(style.asciiWithLineFeeds, "'a'\n'\u00e4'\n'b'\r\n", 2, 3);
    assertLines(style.asciiWithLineFeeds, "'a'\n");
  });

  it("approvedVerbsOnly and helpOnEveryFunction", () => {
    assertLines(style.approvedVerbsOnly, lend, 1);
    assertLines(style.helpOnEveryFunction, lend, 1);
    const good =
      "function Get-Book {\n    <#\n    .SYNOPSIS\n    A book.\n    #>\n    param()\n}\n";
    assertLines(style.approvedVerbsOnly, good);
    assertLines(style.helpOnEveryFunction, good);
  });

  it("strictEntries: a script that runs something, not one that defines", () => {
    assertLines(style.strictEntries, "Get-Service\n", 1, 1, 1);
    assertLines(style.strictEntries, `$script:a = 1\n${lend}`);
    assertLines(
      style.strictEntries,
      "Set-StrictMode -Version 3.0\n$ErrorActionPreference = 'Stop'\n$ProgressPreference = 'SilentlyContinue'\nGet-Service\n",
    );
  });

  it("standardInputUntouched", () => {
    assertLines(style.standardInputUntouched, "$a = @($Input)\n", 1);
    assertLines(style.standardInputUntouched, "$inputs = 1\n");
  });

  it("noEvaluation: text that is run, however", () => {
    assertLines(
      style.noEvaluation,
      "Invoke-Expression -Command $a\n$b = [scriptblock]::Create($a)\ncmd.exe -enc $a\n",
      1,
      3,
      2,
    );
    assertLines(style.noEvaluation, "& { 'a' }\n$a.Create('b')\n");
  });

  it("noHostWriting", () => {
    assertLines(output.noHostWriting, "Write-Host 'a'\n$Host.UI.WriteLine('b')\n", 1, 2);
    assertLines(output.noHostWriting, "Write-Verbose -Message 'a'\n");
  });

  it("quietEntries: what is not caught, thrown away or silent is found", () => {
    assertLines(
      output.quietEntries,
      "'a'\nGet-Service\n$b.Add(1)\nif ($c) {\n    Start-Service -Name 'a' -PassThru\n}\n",
      1,
      2,
      3,
      5,
    );
    assertLines(
      output.quietEntries,
      "$a = Get-Service\n$null = $b.Add(1)\n[void]$b.Add(2)\nGet-Service > $null\n[Console]::Out.WriteLine($a)\nStart-Service -Name 'a'\n$x = @(Get-Service; 'b')\nexit 0\n",
    );
  });

  it("quietEntries: one Write-Output right before the exit is the answer", () => {
    assertLines(output.quietEntries, "Write-Output -InputObject 'a'\nexit 0\n");
    assertLines(output.quietEntries, "Write-Output -InputObject 'a'\n$b = 1\nexit 0\n", 1);
  });

  it("quietEntries: own functions are looked into", () => {
    assertLines(output.quietEntries, "function Get-A {\n    param()\n    'a'\n}\nGet-A\n", 5);
    assertLines(output.quietEntries, "function Set-A {\n    param()\n    $b = 'a'\n}\nSet-A\n");
  });

  it("noLeakedResults: the result of a method that stands alone", () => {
    assertLines(
      output.noLeakedResults,
      "function Get-A {\n    $b.Add(1)\n    $task.Run($null)\n    return $b.C()\n}\n",
      2,
      3,
    );
    assertLines(
      output.noLeakedResults,
      "function Get-A {\n    $null = $b.Add(1)\n    $b.Close()\n    return $b.C()\n}\n",
    );
  });

  it("exitCodesLookedAt: after each program, before the next", () => {
    assertLines(
      programs.exitCodesLookedAt,
      "cmd.exe /c a\nshutdown.exe /r\nif ($LASTEXITCODE -ne 0) { throw 'a' }\n& (Get-A) -T\n",
      1,
      4,
    );
    assertLines(
      programs.exitCodesLookedAt,
      "$null = & net.exe user\n# $LASTEXITCODE\n$null = . $program a\n",
      1,
      3,
    );
    assertLines(
      programs.exitCodesLookedAt,
      "function Get-A {\n    param([scriptblock]$Body)\n    cmd.exe /c a\n    $code = $LASTEXITCODE\n    & $Body\n    & { 'b' }\n}\nfunction Stop-A {\n    param()\n    cmd.exe /c a\n    exit 1\n}\n",
    );
  });

  it("startedProcessesLookedAt", () => {
    assertLines(programs.startedProcessesLookedAt, "Start-Process -FilePath 'a' -Wait\n", 1);
    assertLines(
      programs.startedProcessesLookedAt,
      "$p = New-Object -TypeName System.Diagnostics.Process\n$null = $p.Start()\n",
      1,
    );
    assertLines(
      programs.startedProcessesLookedAt,
      "$p = Start-Process -FilePath 'a' -Wait -PassThru\n$p.ExitCode\n",
    );
  });

  it("secretsStayInside: texts, programs, task arguments, files and cmdlets are found, through other variables too", () => {
    for (const text of [
      "'{0}' -f $userPassword\n",
      '"a $Password"\n',
      "cmd.exe /c $oldPassword\n",
      "& $program $request.userPassword\n",
      "$action.Arguments = $exportPassword\n",
      "$a = $request.exportedIdentity\nSet-Content -LiteralPath 'b' -Value $a\n",
      "$a = Get-TextField -Object $b -Name 'userPassword'\n$c = $a\nWrite-Verbose -Message $c\n",
      "function Set-A {\n    param($Message)\n}\nSet-A -Message $password\n",
      "foreach ($one in $passwords.exportPassword) { Write-Output -InputObject $one }\n",
      "$folder.Other($UserPassword)\n",
      "$x = $request['exportPassword']\n& net.exe user $x\n",
      "$userPassword | Set-Content -LiteralPath 'a'\n",
      "$list[1] = $userPassword\n& net.exe $list\n",
      "& net.exe /password:$userPassword\n",
      "$env:SECRET = $userPassword\n",
      "$given = @('/rp', $userPassword)\n& schtasks.exe @given\n",
      "$given = @{ Value = $userPassword }\nSet-Content @given\n",
    ]) {
      assert.equal(findings(secretsStayInside, text).length, 1, text);
    }
  });

  it("secretsStayInside: C#, the scheduler, a credential, the pipe and comparisons are fine", () => {
    assertLines(
      secretsStayInside,
      [
        "function Set-A {\n    param($UserPassword)\n}",
        "$old = $request.oldPassword",
        "$net::NetUserChangePassword($env:COMPUTERNAME, $user, $old, $newPassword)",
        "$null = $folder.RegisterTaskDefinition($name, $definition, 6, $user, $password, 1)",
        "foreach ($one in $password.ToCharArray()) { $secure.AppendChar($one) }",
        "Set-A -UserPassword $password",
        "if (-not $password -or $password -isnot [string]) { throw 'a' }",
        "$b = [PeerLab.PeerIdentities]::Export($name, $exportPassword)",
        "$inner['userPassword'] = $password",
        "'{0}' -f $password.Length",
      ].join("\n") + "\n",
    );
  });

  it("requestStaysWhole", () => {
    assertLines(requestStaysWhole, '"a $request"\ncmd.exe /c $Request\n', 1, 2);
    assertLines(requestStaysWhole, "'{0}' -f $request.contract\n& $Action -Request $request\n");
  });

  it("unsetVariables: in its own function, at the top, or shared by the scripts of a scope", () => {
    const lines = (text: string, ...sharing: string[]) =>
      unsetVariables(script(text), sharing.map(script)).map((found) => found.split(": ")[1]);
    assert.deepEqual(
      lines("function Get-A {\n    param($B)\n    $c = $B\n    $d + $script:e + $c\n}\n"),
      ["$d is never set", "$script:e is never set"],
    );
    assert.deepEqual(
      lines(
        "$top = 1\nfunction Get-A {\n    foreach ($d in 1, 2) { $d + $top + $script:e + $_ }\n    $f = @{}\n    $f['a'] = $env:windir\n}\n",
        "$script:e = 2\n",
      ),
      [],
    );
  });
});
