import assert from "node:assert/strict";
import { labPassword, type ActionStep, type ContractCase, type Report } from "./subject";

/** Set-PeerPresence with `adds`: what is held and not listed stays. */

const userPassword = labPassword;
const empty = { names: [], groups: [] };

const name = (service: string, changes: object = {}) => ({
  ...{ service, peerName: `0.${service}`, port: 4001 },
  ...changes,
});

const of = (...names: object[]) => ({ names, groups: [] });

function sets(presence: object, changed: string[], adds: boolean): ActionStep {
  return {
    on: "alpha",
    action: "Set-PeerPresence",
    request: { presence, adds, userPassword },
    expect: {
      report: (report) =>
        assert.deepEqual(
          // Whether a password expires is the image's affair.
          report.changed.filter((phrase: string) => !phrase.startsWith("password of ")),
          changed,
        ),
    },
  };
}

/** The names that are held, with their ports, in the order of the holder's file. */
function holds(...expected: [service: string, peerName: string, port: number][]): ActionStep {
  return {
    on: "alpha",
    action: "Get-PeerPresence",
    expect: {
      report: ({ presence: { names } }) =>
        assert.deepEqual(
          names.map(({ service, peerName, port }: Report) => [service, peerName, port]),
          expected,
        ),
    },
  };
}

const installed = ["presence holder installed (task)", "presence holder started"];

export const cases: ContractCase[] = [
  {
    name: "adds to what is held, and replaces the same service and the same name",
    needs: ["scheduler"],
    steps: [
      sets(of(name("web")), ["presence name web added", ...installed], true),
      sets(of(name("mail")), ["presence name mail added"], true),
      holds(["web", "0.web", 4001], ["mail", "0.mail", 4001]),
      sets(of(name("web", { port: 5 })), ["presence name web changed"], true),
      holds(["web", "0.web", 5], ["mail", "0.mail", 4001]),
      // Windows registers a name once.
      sets(
        of(name("post", { peerName: "0.mail" })),
        ["presence name post added", "presence name mail removed"],
        true,
      ),
      holds(["web", "0.web", 5], ["post", "0.mail", 4001]),
      sets(of(name("post", { peerName: "0.mail" })), [], true),
      // Without it the list is the whole again.
      sets(of(name("chat")), ["chat added", "post removed", "web removed"].map(ofName), false),
      holds(["chat", "0.chat", 4001]),
    ],
  },
  {
    name: "changes nothing where nothing is added, whether something is held or not",
    needs: ["scheduler"],
    steps: [
      sets(empty, [], true),
      {
        on: "alpha",
        action: "Get-PeerPresence",
        expect: { report: ({ presence: { holder } }) => assert.equal(holder, "absent") },
      },
      sets(of(name("web")), ["presence name web added", ...installed], true),
      sets(empty, [], true),
      holds(["web", "0.web", 4001]),
    ],
  },
  {
    name: "refuses a wish to add that is neither true nor false",
    steps: [
      {
        on: "alpha",
        action: "Set-PeerPresence",
        request: { presence: empty, adds: "yes" },
        expect: {
          failure: {
            code: "InvalidRequest",
            hresult: null,
            message: "adds: expected true or false, received a text of 3 characters.",
          },
        },
      },
      {
        on: "alpha",
        action: "Set-PeerMachine",
        request: { presence: empty, adds: true },
        expect: { failure: { code: "InvalidRequest", message: "request: unknown field adds." } },
      },
    ],
  },
];

function ofName(phrase: string): string {
  return `presence name ${phrase}`;
}
