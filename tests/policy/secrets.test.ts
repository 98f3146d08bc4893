import * as assert from "node:assert/strict";
import { Secret, type ResourceValidationPolicy } from "@pulumi/policy";
import { secretPolicies, unmarkedSecrets } from "../../policy/secrets";
import { argumentsFor, asRemediated, asValidated, unknownText } from "./sdkProperties";

describe("policy/secrets", () => {
  const command = "command:remote:Command";
  const machine = "azure-native:compute:VirtualMachine";
  const none: ReadonlySet<string> = new Set();
  const value = "a value that nobody may read";
  const paths = (type: string, properties: object, marked = none, also: string[] = []) =>
    unmarkedSecrets({ type, properties: { ...properties } }, marked, also).map(({ path }) => path);

  const cases: [string, string, object, string[]][] = [
    [
      "an admin password",
      machine,
      { osProfile: { adminPassword: value } },
      ["osProfile.adminPassword"],
    ],
    [
      "connections, of the jump host too",
      command,
      {
        connection: {
          host: "h",
          password: value,
          privateKey: value,
          privateKeyPassword: value,
          proxy: { password: value, hostKey: "public" },
        },
      },
      [
        "connection.password",
        "connection.privateKey",
        "connection.privateKeyPassword",
        "connection.proxy.password",
      ],
    ],
    ["what a remote command is sent", command, { stdin: value, create: "dir" }, ["stdin"]],
    ["not what a local one is", "command:local:Command", { stdin: value }, []],
    [
      "the values of protected parameters, not their names",
      "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
      { protectedParameters: [{ name: "Token", value }], parameters: [{ name: "A", value }] },
      ["protectedParameters[0].value"],
    ],
    [
      "protected settings, all of them",
      "azure-native:compute:VirtualMachineExtension",
      { protectedSettings: { commandToExecute: value }, settings: { fileUris: ["x"] } },
      ["protectedSettings.commandToExecute"],
    ],
    [
      "a brought identity",
      "peerlab:index:PeerLab",
      { people: { ada: { exportedIdentity: value, exportPassword: value } } },
      ["people.ada.exportedIdentity", "people.ada.exportPassword"],
    ],
    [
      "the password that a managed run command runs with",
      "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
      { runAsUser: "ada", runAsPassword: value },
      ["runAsPassword"],
    ],
    [
      "keys that are shared and keys of storage accounts",
      "azure-native:network:VirtualNetworkGatewayConnection",
      { sharedKey: value, storageAccountKey: value, accountKey: value, sasToken: value },
      ["sharedKey", "storageAccountKey", "accountKey", "sasToken"],
    ],
    [
      "values of an environment whose names say it",
      command,
      {
        environment: { DB_PASSWORD: value, API_TOKEN: value, connectionString: value, PATH: value },
      },
      ["environment.DB_PASSWORD", "environment.API_TOKEN", "environment.connectionString"],
    ],
    [
      "protected settings below others",
      "azure-native:compute:VirtualMachineScaleSet",
      {
        virtualMachineProfile: {
          extensions: [{ protectedSettings: { a: value }, settings: { a: value } }],
        },
      },
      ["virtualMachineProfile.extensions[0].protectedSettings.a"],
    ],
    [
      "not what only speaks of secrets",
      machine,
      {
        secretName: value,
        keyVaultSecretUri: value,
        passwordLength: value,
        tokenEndpoint: value,
        publicKey: value,
        secrets: [{ sourceVault: { id: value } }],
        unprotectedSettings: value,
      },
      [],
    ],
    ["nothing empty", machine, { osProfile: { adminPassword: "" } }, []],
  ];
  for (const [what, type, properties, expected] of cases) {
    it(`finds ${what}`, () => assert.deepEqual(paths(type, properties), expected));
  }

  it("takes a mark for everything below it, and for nothing beside it", () => {
    const connection = { password: value, proxy: { password: value } };
    assert.deepEqual(paths(command, { connection }, new Set(["connection"])), []);
    assert.deepEqual(paths(command, { connection }, new Set(["connection.proxy"])), [
      "connection.password",
    ]);
    assert.deepEqual(paths(command, { connection }, new Set(["connect", "connection.pass"])), [
      "connection.password",
      "connection.proxy.password",
    ]);
  });

  it("takes further names by configuration", () => {
    const properties = { osProfile: { customData: value } };
    assert.deepEqual(paths(machine, properties), []);
    assert.deepEqual(paths(machine, properties, none, ["customData"]), ["osProfile.customData"]);
  });

  it("never says a value", () => {
    const found = unmarkedSecrets(
      { type: command, properties: { stdin: value, connection: { password: value } } },
      none,
    );
    assert.equal(found.length, 2);
    assert.doesNotMatch(JSON.stringify(found), /nobody may read/);
  });

  /** Lets both policies see a resource as the engine shows it to them, and gives what is reported. */
  function run(policies: ResourceValidationPolicy[], properties: object, seen = true): string[] {
    const [observer, judge] = policies;
    const messages: string[] = [];
    const resource = { type: command, props: { ...properties } };
    if (seen) {
      const answer = observer.remediateResource?.(
        argumentsFor({ ...resource, props: asRemediated({ ...properties }) }),
      );
      assert.equal(answer, undefined, "secrets-seen changes nothing");
    }
    const unwrapped = Object.entries(properties).map(([key, entry]) => [
      key,
      entry instanceof Secret ? entry.value : entry,
    ]);
    const validate = judge.validateResource;
    assert.ok(validate && !Array.isArray(validate));
    void validate(
      argumentsFor({ ...resource, props: asValidated(Object.fromEntries(unwrapped)) }),
      (message) => messages.push(message),
    );
    return messages;
  }

  it("tells marked from unmarked by what the remediation saw", () => {
    assert.deepEqual(run(secretPolicies(), { stdin: new Secret(value) }), []);
    assert.deepEqual(run(secretPolicies(), { stdin: value }), [
      "stdin: is not marked as secret, so that the state and every preview hold it in plain text; pass it as pulumi.secret(...) or from a secret of the configuration [SECRET-MARKED]",
    ]);
    assert.deepEqual(run(secretPolicies(), { stdin: unknownText, create: value }), []);
  });

  it("says once that it cannot tell where secrets-seen is switched off", () => {
    const policies = secretPolicies();
    const messages = [...run(policies, { stdin: value }, false), ...run(policies, {}, false)];
    assert.equal(messages.length, 1);
    assert.match(messages[0], /^cannot tell what is secret, since secrets-seen did not run/);
  });
});
