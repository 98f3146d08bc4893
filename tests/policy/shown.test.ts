import * as assert from "node:assert/strict";
import { Secret, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import { azureAccepts } from "../../policy/azureAccepts";
import { peerPortsNotOpen } from "../../policy/peerPortsNotOpen";
import type { PlainObject } from "../../policy/properties";
import { secretPolicies } from "../../policy/secrets";
import { servicePolicies } from "../../policy/services";
import { forgetMarks, noteMarks, withoutSecrets } from "../../policy/shown";
import { argumentsFor, asRemediated, asValidated } from "./sdkProperties";

const machine = "azure-native:compute:VirtualMachine";
const group = "azure-native:network:NetworkSecurityGroup";

/** What a policy says of one resource, after secrets-seen saw it with the marks at `secret`. */
function said(
  policy: ResourceValidationPolicy,
  type: string,
  properties: PlainObject,
  mark: (properties: PlainObject) => object,
): string[] {
  const [observer] = secretPolicies();
  observer.remediateResource?.(
    argumentsFor({ type, props: asRemediated({ ...mark(properties) }) }),
  );
  return validated(policy, type, properties);
}

function validated(policy: ResourceValidationPolicy, type: string, properties: PlainObject) {
  const messages: string[] = [];
  const args = argumentsFor({ type, props: asValidated(properties) });
  for (const validate of [policy.validateResource ?? []].flat()) {
    void validate(args, (message) => messages.push(message));
  }
  const stack = policy as Partial<StackValidationPolicy>;
  const { urn, name } = args;
  const resource = { type, urn, name, props: properties, propertyDependencies: {} };
  void stack.validateStack?.(
    { ...args, resources: [resource] } as unknown as Parameters<
      StackValidationPolicy["validateStack"]
    >[0],
    (message) => messages.push(message),
  );
  return messages;
}

describe("policy/shown", () => {
  const osProfile: PlainObject = {
    computerName: "hidden_computer_name",
    adminUsername: "root.user.hidden.",
    windowsConfiguration: {},
  };

  it("says of a marked value that it is wrong, and not what it is", () => {
    const found = said(azureAccepts, machine, { osProfile }, () => ({
      osProfile: new Secret(osProfile),
    }));
    assert.match(found.join("\n"), /osProfile\.computerName: is \(not shown\)/);
    assert.match(found.join("\n"), /osProfile\.adminUsername: /);
    assert.doesNotMatch(found.join("\n"), /hidden/);
  });

  it("quotes what stands beside a mark", () => {
    const found = said(azureAccepts, machine, { osProfile }, () => ({
      osProfile: { ...osProfile, adminUsername: new Secret(osProfile.adminUsername) },
    }));
    assert.match(found.join("\n"), /osProfile\.computerName: is "hidden_computer_name"/);
    assert.doesNotMatch(found.join("\n"), /root\.user/);
  });

  it("quotes nothing at all where nobody noted the marks", () => {
    forgetMarks(argumentsFor({ type: machine, props: {} }).urn);
    const found = validated(azureAccepts, machine, { osProfile });
    assert.match(found.join("\n"), /osProfile\.computerName: is \(not shown\)/);
    assert.doesNotMatch(found.join("\n"), /hidden/);
  });

  it("hides marked sources of open security rules, of which the path is not the finding's", () => {
    const rule = {
      name: "Open",
      priority: 100,
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      sourceAddressPrefix: "9.9.9.9/1",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "3389",
    };
    const found = said(peerPortsNotOpen, group, { securityRules: [rule] }, () => ({
      securityRules: [{ ...rule, sourceAddressPrefix: new Secret(rule.sourceAddressPrefix) }],
    }));
    assert.match(found.join("\n"), /"Open" \(priority 100\) lets everyone \(\(not shown\); IPv4\)/);
    assert.doesNotMatch(found.join("\n"), /9\.9\.9\.9/);
  });

  it("quotes nothing of what a remote command is sent, marked or not", () => {
    const stdin = JSON.stringify({
      presence: { names: [{ service: "s-hidden", peerName: "bad hidden name" }] },
    });
    const create =
      "powershell -File C:/ProgramData/peerlab/peerlab.ps1 Set-PeerPresence".replaceAll("/", "\\");
    const found = servicePolicies.flatMap((policy) =>
      said(policy, "command:remote:Command", { create, stdin }, (all) => all),
    );
    assert.ok(found.length > 0, "the pack judges the request");
    assert.doesNotMatch(found.join("\n"), /hidden/);
  });

  it("hides every form of a value: quoted, cut, bare, a number, in another case", () => {
    const long = `x${"y".repeat(100)}`;
    const properties = { a: "Value", b: 4711, c: long };
    noteMarks("hides", new Set(["a", "b", "c"]));
    const reasonOf = (reason: string) =>
      withoutSecrets({ path: "d", reason, rule: "R" }, { type: machine, urn: "hides", properties })
        .reason;
    assert.equal(reasonOf('is "Value" and value'), "is (not shown) and (not shown)");
    assert.equal(reasonOf("is 4711; not 47111"), "is (not shown); not 47111");
    assert.equal(reasonOf(`is "${long.slice(0, 76)}...; no`), "is (not shown); no");
    assert.equal(reasonOf("has Values"), "has Values");
  });
});
