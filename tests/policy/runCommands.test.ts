import * as assert from "node:assert/strict";
import { peerPreparationScript } from "../../components/preparation";
import { unknown, type PlainObject } from "../../policy/properties";
import { judgeRunCommand } from "../../policy/runCommands";

describe("policy/runCommands", () => {
  const good: PlainObject = { source: { script: "exit 0" }, treatFailureAsDeploymentFailure: true };
  const judge = (properties: PlainObject) =>
    judgeRunCommand({
      type: "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
      urn: "urn",
      properties: { ...good, ...properties },
    }).map(({ path, reason, rule }) => `${path}: ${reason} [${rule}]`);

  const accepted: [string, PlainObject][] = [
    ["one that fails the deployment", {}],
    [
      "values that are not known yet",
      { treatFailureAsDeploymentFailure: unknown, parameters: unknown, source: unknown },
    ],
    ["one that says it is waited for", { asyncExecution: false }],
    [
      "secrets in protected parameters",
      { protectedParameters: [{ name: "Password", value: "x" }] },
    ],
    ["parameters of other names", { parameters: [{ name: "Settings", value: "x" }, unknown] }],
    [
      "passwords that come from elsewhere",
      {
        source: { script: '$password = $env:X\n$password = "$given"\nSet-It -Password $password' },
      },
    ],
    ["the library's own preparation", { source: { script: peerPreparationScript() } }],
  ];
  for (const [what, properties] of accepted) {
    it(`accepts ${what}`, () => assert.deepEqual(judge(properties), []));
  }

  it("refuses one whose failure nobody hears of", () => {
    const reason = "a script that fails leaves a deployment that looks good, unless it is true";
    assert.deepEqual(judge({ treatFailureAsDeploymentFailure: false }), [
      `treatFailureAsDeploymentFailure: is false; ${reason} [RUNCMD-FAILS]`,
    ]);
    assert.deepEqual(judge({ treatFailureAsDeploymentFailure: undefined }), [
      `treatFailureAsDeploymentFailure: is missing; ${reason} [RUNCMD-FAILS]`,
    ]);
  });

  it("refuses one that nobody waits for", () => {
    assert.deepEqual(judge({ asyncExecution: true }), [
      "asyncExecution: is true; nobody waits for the script or hears that it failed, unless it is false [RUNCMD-WAITS]",
    ]);
  });

  it("refuses a parameter whose name says that it is secret, without its value", () => {
    const parameters = [
      { name: "Settings", value: "a" },
      { name: "labUserPassword", value: "hush" },
    ];
    assert.deepEqual(judge({ parameters }), [
      'parameters[1].value: is readable in Azure and on the machine, and its name "labUserPassword" says that it is secret; use protectedParameters [RUNCMD-NO-SECRET]',
    ]);
  });

  const scripts: [string, string][] = [
    ["$adminPassword = 'hush'", "a literal to a variable whose name says that it is secret"],
    [
      'New-It -SafeModePassword "hush"',
      "a literal to a parameter whose name says that it is secret",
    ],
    ["ConvertTo-SecureString 'hush' -AsPlainText", "a literal to ConvertTo-SecureString"],
    ["net user ada hush /add", "a password to net user"],
    ["-----BEGIN RSA PRIVATE KEY-----", "a private key"],
    ["AccountKey=hushhushhushhushhushhush", "the key of a storage account"],
  ];
  const otherForms = [
    "$password = 'Pa$$w0rd-1234'",
    '$env:DB_PASSWORD = "hush"',
    "net user ada 'Secret-1234!' /add",
    'net.exe user ada "Secret-1234!" /add',
    "ConvertTo-SecureString -AsPlainText 'x' -Force",
    'ConvertTo-SecureString -AsPlainText -Force -String "x"',
    "$settings = @{ password = 'x' }",
    "$settings = @{ user = 'ada'; 'Password' = 'x' }",
    "[Net.NetworkCredential]::new('ada','x').NetworkCredential('ada','x')",
    "Invoke-WebRequest 'https://a.blob.core.windows.net/b?sv=1&sig=abcdefghijklmnopqrstuv%3D'",
  ];
  for (const line of otherForms) {
    it(`refuses ${line}`, () => {
      const found = judge({ source: { script: line } });
      assert.ok(found.length > 0);
      assert.ok(found.every((text) => text.endsWith("[RUNCMD-NO-SECRET]")));
    });
  }

  const noSecrets = [
    "# .NET user accounts are made below",
    "# $password = 'an example'",
    "Use-It .NET user accounts are",
    "$secretName = 'vault-entry'",
    "$tokenCount = '5'",
    "net user ada /delete",
    "net user ada $password /add",
    "ConvertTo-SecureString $text -AsPlainText -Force",
    'ConvertTo-SecureString "$text" -AsPlainText',
    "New-It -PasswordLength '12'",
    "$password = Read-Host 'Password'",
  ];
  for (const line of noSecrets) {
    it(`accepts ${line}`, () => assert.deepEqual(judge({ source: { script: line } }), []));
  }

  for (const name of ["PasswordLength", "TokenEndpoint", "KeyVaultSecretUri"]) {
    it(`accepts a parameter ${name}`, () => {
      assert.deepEqual(judge({ parameters: [{ name, value: "x" }] }), []);
    });
  }

  for (const [line, what] of scripts) {
    it(`refuses a script that gives ${what}, without the value`, () => {
      assert.deepEqual(judge({ source: { script: `exit 0\n${line}\n` } }), [
        `source.script: gives ${what} in line 2; the script stays on the machine's disk: pass it through protectedParameters [RUNCMD-NO-SECRET]`,
      ]);
    });
  }
});
