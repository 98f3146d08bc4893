import * as assert from "node:assert/strict";
import { seedPresence } from "../../components/plan/presence";
import { guestCommand, type GuestAction } from "../../guest/contract";
import { unknown, type Plain, type PlainObject } from "../../policy/properties";
import type { Resource } from "../../policy/resource";
import {
  judgeApplicationPorts,
  judgeNameCount,
  judgePeerNames,
  judgeServicePorts,
} from "../../policy/services";

describe("policy/services", () => {
  const identity = "a".repeat(40);
  const chat = { service: "chat", peerName: `${identity}.chat`, port: 4711 };
  const files = { service: "files", peerName: `${identity}.files`, port: 4712 };

  function step(stdin: Plain, action: GuestAction = "Set-PeerMachine"): Resource {
    const properties: PlainObject = { create: guestCommand(action), stdin };
    return { type: "command:remote:Command", urn: "step", properties };
  }
  const asking = (names: object[], rest: object = {}, action?: GuestAction) =>
    step(JSON.stringify({ presence: { names, groups: [] }, ...rest }), action);
  const said = (findings: readonly { path: string; reason: string; rule?: string }[]) =>
    findings.map(({ path, reason, rule }) => `${path}: ${reason} [${rule}]`);
  const judges: Record<string, (resource: Resource) => string[]> = {
    "one-name-per-service": (resource) => said(judgePeerNames(resource)),
    "few-peer-names": (resource) => said(judgeNameCount(resource, { limit: 2 })),
    "service-has-port": (resource) => said(judgeServicePorts(resource)),
    "graph-application-ports": (resource) => said(judgeApplicationPorts(resource)),
  };

  const accepted: [string, Resource][] = [
    ["two services, each with a name and a port of its own", asking([chat, files])],
    [
      "a seed, whose own name stands for its PNRP, by UDP",
      asking([seedPresence, chat], {
        networking: { firewallRules: [{ protocol: "TCP", family: "IPv6", port: 4711 }] },
      }),
    ],
    ["a request that is not known yet", step(unknown)],
    ["one that cannot be read", step("not JSON")],
    ["one without services", step(JSON.stringify({ networking: {} }))],
    ["other actions", asking([{ service: "chat" }], {}, "Get-PeerReport")],
    [
      "commands that are none of the guest contract",
      { type: "command:remote:Command", urn: "u", properties: { create: "dir", stdin: "{}" } },
    ],
  ];
  for (const [policy, judge] of Object.entries(judges)) {
    for (const [what, resource] of accepted) {
      it(`${policy} accepts ${what}`, () => assert.deepEqual(judge(resource), []));
    }
  }

  const refused: [string, string, Resource, RegExp][] = [
    [
      "one-name-per-service",
      "two services of one name",
      asking([chat, { ...files, peerName: chat.peerName }]),
      /^stdin\.presence\.names\[1\]\.peerName: is "a{40}\.chat", the same as .*names\[0\].* \[SERVICE-PEER-NAME-DUP\]$/,
    ],
    [
      "one-name-per-service",
      "a service without a name",
      asking([{ ...chat, peerName: undefined }]),
      /^stdin\.presence\.names\[0\]\.peerName: is ""; .* \[SERVICE-PEER-NAME\]$/,
    ],
    [
      "one-name-per-service",
      "a service listed twice",
      asking([chat, { ...files, service: "chat" }], {}, "Set-PeerPresence"),
      /^stdin\.presence\.names\[1\]\.service: is "chat", .* \[SERVICE-DUP\]$/,
    ],
    [
      "few-peer-names",
      "more names than the limit",
      asking([chat, files, { service: "more", peerName: `${identity}.more`, port: 4713 }]),
      /^stdin\.presence\.names: registers 3 peer names; 2 are allowed.* \[SERVICE-COUNT\]$/,
    ],
    [
      "service-has-port",
      "a service without a port",
      asking([{ ...chat, port: undefined }]),
      /^stdin\.presence\.names\[0\]\.port: is missing; a service has a port from 1 to 65535 \[SERVICE-PORT\]$/,
    ],
    [
      "service-has-port",
      "a port that is none",
      asking([{ ...chat, port: 70000 }]),
      /^stdin\.presence\.names\[0\]\.port: is 70000; .* \[SERVICE-PORT\]$/,
    ],
    [
      "graph-application-ports",
      "the port of Grouping",
      asking([{ ...chat, port: 3587 }]),
      /^stdin\.presence\.names\[0\]\.port: is 3587, which is Grouping's own.* \[PORT-TAKEN\]$/,
    ],
    [
      "graph-application-ports",
      "two services on one port",
      asking([chat, { ...files, port: 4711 }]),
      /^stdin\.presence\.names\[1\]\.port: is 4711, the same as .* \[SERVICE-PORT-DUP\]$/,
    ],
    [
      "graph-application-ports",
      "a port that the machine's firewall does not let in",
      asking([chat, files], {
        networking: {
          firewallRules: [
            { protocol: "TCP", family: "IPv6", port: 4711 },
            { protocol: "UDP", family: "IPv6", port: 4712 },
            { protocol: "TCP", family: "IPv4", port: 4712 },
          ],
        },
      }),
      /^stdin\.presence\.names\[1\]\.port: is 4712, which no firewall.* \[SERVICE-PORT-CLOSED\]$/,
    ],
  ];
  for (const [policy, what, resource, words] of refused) {
    it(`${policy} refuses ${what}`, () => {
      const found = judges[policy](resource);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0], words);
    });
  }
});
