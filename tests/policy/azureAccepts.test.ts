import * as assert from "node:assert/strict";
import { isReported, judgeAzureResource } from "../../policy/azureAccepts";
import { unknown, type Plain, type PlainObject } from "../../policy/properties";
import { legal, machine, refused, types, type Kind } from "./azureResourceCases";

function judge(kind: Kind, properties: PlainObject): string[] {
  const resource = { type: types[kind], urn: "urn", properties };
  return judgeAzureResource(resource).map(({ path, rule: id }) => `${path} ${id}`);
}

/** The legal resource with something else at a path of keys. */
function changed(kind: Kind, keys: (string | number)[], value: Plain | undefined): PlainObject {
  const copy = (here: Plain | undefined, rest: (string | number)[]): Plain | undefined => {
    if (rest.length === 0) return value;
    const [key, ...more] = rest;
    if (Array.isArray(here)) {
      const list = [...here];
      list[key as number] = copy(list[key as number], more) ?? null;
      return list;
    }
    const object: PlainObject = { ...(here as PlainObject) };
    object[key] = copy(object[key], more);
    return object;
  };
  return copy(legal[kind], keys) as PlainObject;
}

describe("policy/azureAccepts", () => {
  for (const kind of Object.keys(types) as Kind[]) {
    it(`accepts a legal ${kind}, and one of which nothing is known yet`, () => {
      assert.deepEqual(judge(kind, legal[kind]), []);
      const keys = Object.keys(legal[kind]);
      assert.deepEqual(judge(kind, Object.fromEntries(keys.map((key) => [key, unknown]))), []);
      for (const key of keys) assert.deepEqual(judge(kind, changed(kind, [key], unknown)), [], key);
    });
  }

  for (const [kind, keys, value, expected] of refused) {
    const shown = JSON.stringify(value)?.slice(0, 40) ?? "nothing";
    it(`refuses a ${kind} with ${shown} at ${keys.join(".")}`, () => {
      assert.deepEqual(judge(kind, changed(kind, keys, value)), expected);
    });
  }

  it("refuses a network without an IPv4 range", () => {
    const properties = { addressSpace: { addressPrefixes: ["fd5a:9c2e:71b0::/48"] } };
    assert.deepEqual(judge("network", properties), [
      "addressSpace.addressPrefixes VNET-NEEDS-IPV4",
    ]);
  });

  it("holds the fixed idle time of an IPv6 address", () => {
    const ipv6Address = { ...legal.address, publicIPAddressVersion: "IPv6" };
    assert.deepEqual(judge("address", ipv6Address), []);
    assert.deepEqual(judge("address", { ...ipv6Address, idleTimeoutInMinutes: 5 }), [
      "idleTimeoutInMinutes PIP-IDLE",
    ]);
  });

  it("says nothing of an interface's configurations together while one is not known yet", () => {
    const [, ipv6] = legal.nic.ipConfigurations as Plain[];
    assert.deepEqual(judge("nic", { ipConfigurations: [ipv6, unknown] }), []);
  });

  it("leaves the names and passwords of Linux machines alone", () => {
    const osProfile = {
      computerName: "a-name-of-any-length",
      adminUsername: "root",
      linuxConfiguration: {},
    };
    assert.deepEqual(judge("machine", { ...machine, osProfile, licenseType: null }), []);
  });

  it("takes the machine's name where no computer name is given", () => {
    const osProfile = { ...(machine.osProfile as PlainObject), computerName: null };
    assert.deepEqual(judge("machine", { ...machine, osProfile }), []);
    assert.deepEqual(judge("machine", { ...machine, vmName: "machine1a2b3c4d5e", osProfile }), [
      "vmName WIN-COMPUTERNAME",
    ]);
  });

  it("leaves alone what Azure only may refuse, and the portal's own tags", () => {
    const tags = { "hidden-link:/subscriptions/s/resourceGroups/g": "Resource" };
    assert.deepEqual(judge("machine", { ...machine, tags }), []);
    const password = changed("machine", ["osProfile", "adminPassword"], "Aa1-xyzw");
    assert.deepEqual(judge("machine", password), []);
    const wide = judgeAzureResource({
      type: types.network,
      urn: "urn",
      properties: { addressSpace: { addressPrefixes: ["10.80.0.1/16"] } },
    });
    assert.deepEqual(
      wide.map((finding) => [finding.rule, isReported(finding)]),
      [["VNET-CIDR-HOSTBITS", false]],
    );
  });

  it("knows no patch mode by the names that every object has", () => {
    const keys = ["osProfile", "windowsConfiguration", "patchSettings", "patchMode"];
    const found = judge("machine", changed("machine", keys, "constructor"));
    assert.deepEqual(found, [`${keys.join(".")} WIN-PATCHMODE`]);
  });

  it("says what was received, and never a password", () => {
    const found = judgeAzureResource({
      type: types.machine,
      urn: "urn",
      properties: changed("machine", ["osProfile", "adminPassword"], "hush"),
    });
    assert.ok(found.length > 0);
    assert.doesNotMatch(JSON.stringify(found), /hush/);
  });
});
