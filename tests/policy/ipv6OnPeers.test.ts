import * as assert from "node:assert/strict";
import { guestCommand } from "../../guest/contract";
import { judgePeers } from "../../policy/ipv6OnPeers";
import { peerChoiceDefaults, type PeerChoice } from "../../policy/peers";
import { unknown, type Plain, type PlainObject } from "../../policy/properties";
import type { Resource } from "../../policy/resource";

describe("policy/ipv6OnPeers", () => {
  const ipv4 = { name: "ipv4", primary: true };
  const ipv6 = { name: "ipv6", privateIPAddressVersion: "ipv6" };
  const windows = { osProfile: { windowsConfiguration: {} } };
  const guestStep = resource("command:remote:Command", { create: guestCommand("Set-PeerMachine") });

  function resource(type: string, properties: PlainObject, urn: string = type): Resource {
    return { type, urn, properties };
  }

  /** A stack of one machine on one interface, and what is found in it. */
  function judge(
    configurations: Plain,
    options: { machine?: PlainObject; others?: Resource[]; choice?: Partial<PeerChoice> } = {},
  ): string[] {
    const { machine = windows, others = [guestStep], choice } = options;
    const stack = {
      resources: [
        resource(
          "azure-native:network:NetworkInterface",
          { ipConfigurations: configurations },
          "nic",
        ),
        resource(
          "azure-native:compute/v20241101:VirtualMachine",
          { networkProfile: { networkInterfaces: [{ id: unknown }] }, ...machine },
          "vm",
        ),
        ...others,
      ],
      dependencies: (urn: string, property: string) =>
        urn === "vm" && property === "networkProfile" ? ["nic", "elsewhere"] : [],
    };
    return judgePeers(stack, { ...peerChoiceDefaults, ...choice }).map(
      ({ urn, path, rule }) => `${urn} ${path} [${rule}]`,
    );
  }
  const refused = ["nic ipConfigurations [PEER-IPV6]"];

  it("accepts an interface with a configuration for IPv6, in any case", () => {
    assert.deepEqual(judge([ipv4, ipv6]), []);
  });

  it("refuses one without", () => {
    assert.deepEqual(judge([ipv4]), refused);
    assert.deepEqual(judge([ipv4, { ...ipv4, privateIPAddressVersion: "IPv4" }]), refused);
  });

  it("says nothing where the configurations or one of their versions are not known yet", () => {
    assert.deepEqual(judge(unknown), []);
    assert.deepEqual(judge([ipv4, unknown]), []);
    assert.deepEqual(judge([ipv4, { privateIPAddressVersion: unknown }]), []);
  });

  it("says nothing where the machine was made of more interfaces than it names", () => {
    const other = resource("azure-native:network:NetworkInterface", {}, "elsewhere");
    assert.deepEqual(judge([ipv4], { others: [guestStep, other] }), []);
  });

  it("reads interfaces that are declared inside the machine", () => {
    const networkProfile: PlainObject = {
      networkInterfaces: [{ id: unknown }],
      networkInterfaceConfigurations: [{ ipConfigurations: [ipv4] }, { ipConfigurations: [ipv6] }],
    };
    assert.deepEqual(judge([ipv6], { machine: { ...windows, networkProfile } }), [
      "vm networkProfile.networkInterfaceConfigurations[0].ipConfigurations [PEER-IPV6]",
    ]);
  });

  const shows: [string, Resource][] = [
    ["a guest command", guestStep],
    ["a component of the library", resource("peerlab:index:PeerNetwork", {})],
    [
      "an inline rule for Grouping",
      resource("azure-native:network:NetworkSecurityGroup", {
        securityRules: [unknown, { destinationPortRange: "3587" }],
      }),
    ],
    [
      "a rule for PNRP",
      resource("azure-native:network:SecurityRule", { destinationPortRanges: ["22", "3540"] }),
    ],
  ];
  for (const [what, sign] of shows) {
    it(`takes a stack with ${what} for one with peers`, () => {
      assert.deepEqual(judge([ipv4], { others: [sign] }), refused);
    });
  }

  it("leaves a stack alone in which nothing shows peers, unless it is told to judge every Windows machine", () => {
    const others = [
      resource("command:remote:Command", { create: "hostname" }),
      resource("azure-native:network:SecurityRule", { destinationPortRange: "443" }),
    ];
    assert.deepEqual(judge([ipv4], { others }), []);
    assert.deepEqual(judge([ipv4], { others, choice: { peers: "windows" } }), refused);
  });

  const systems: [string, PlainObject, boolean][] = [
    ["Linux by its settings", { osProfile: { linuxConfiguration: {} } }, false],
    [
      "Windows by its image",
      { storageProfile: { imageReference: { publisher: "MicrosoftWindowsDesktop" } } },
      true,
    ],
    [
      "Linux by its image",
      { storageProfile: { imageReference: { publisher: "Canonical" } } },
      false,
    ],
    ["Windows by its disk", { storageProfile: { osDisk: { osType: "windows" } } }, true],
    ["of an unknown system", {}, false],
  ];
  for (const [what, machine, isPeer] of systems) {
    it(`${isPeer ? "judges" : "leaves alone"} a machine that is ${what}`, () => {
      assert.deepEqual(judge([ipv4], { machine }), isPeer ? refused : []);
    });
  }

  it("goes by a tag where it is told to", () => {
    const choice = { peers: "tagged", tag: "role" } as const;
    assert.deepEqual(judge([ipv4], { choice }), []);
    assert.deepEqual(judge([ipv4], { choice, machine: { tags: { role: "peer" } } }), refused);
    assert.deepEqual(judge([ipv4], { choice, machine: { tags: unknown } }), []);
  });
});
