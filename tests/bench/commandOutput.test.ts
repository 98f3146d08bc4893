import * as assert from "node:assert/strict";
import { reachedIn, resourcesIn } from "../../bench/commandOutput";
import type { JournalEntry } from "../../local/journal";

describe("bench: what a command did", () => {
  const outputs: [what: string, output: string, resources: number][] = [
    ["a preview", " +  a:b:C d create\n\nResources:\n    + 61 to create\n\n", 60],
    ["an up", "Outputs:\n    x: 3\n\nResources:\n    + 54 created\n\nDuration: 7s\n\n", 53],
    ["an up with nothing to do", "\nResources:\n    54 unchanged\n\nDuration: 4s\n", 53],
    [
      "a destroy",
      "\nResources:\n    - 54 deleted\n\nDuration: 2s\n\nThe resources in the stack\n",
      53,
    ],
    [
      "an update of several kinds",
      "\nResources:\n    + 2 created\n    ~ 3 updated\n    +-1 replaced\n    6 changes. 10 unchanged\n",
      15,
    ],
    ["the stack alone", "\nResources:\n    + 1 to create\n", 0],
    ["a computer with other ends of lines", "\r\nResources:\r\n    + 5 created\r\n\r\n", 4],
  ];
  for (const [what, output, resources] of outputs) {
    it(`resources of ${what}: ${resources}`, () => assert.equal(resourcesIn(output), resources));
  }

  it("a command that says no number of resources is not taken for one without any", () => {
    assert.throws(() => resourcesIn("Updating (test):\n\nDuration: 7s\n"), /how many resources/);
    assert.throws(() => resourcesIn("a: 3 created\n"), /how many resources/);
  });

  const entry = (kind: JournalEntry["kind"], what: string, outcome?: string): JournalEntry => ({
    time: "2026-01-02T03:04:05.000Z",
    subject: "pc-1",
    kind,
    what,
    outcome,
  });

  it("commands, run commands, connections and refusals are told apart", () => {
    const journal = [
      entry("azure", "create", "ok"),
      entry("machine", "created"),
      entry("runCommand", "lab-pc-1-preparation", "Succeeded"),
      entry("runCommand", "script ended", "Succeeded, exit code 0"),
      entry("ssh", "knock", "ok"),
      entry("ssh", "logon of labuser by password", "ok"),
      entry("copy", "C:/ProgramData/PeerLab/peerlab.ps1", "ok"),
      entry("ssh", "logon of labuser by password", "ok"),
      entry("command", "powershell.exe -File peerlab.ps1 Set-PeerMachine", "0"),
      entry("ssh", "logon of labuser by password", "wrong password"),
      entry("ssh", "connection", "dropped"),
    ];
    assert.deepEqual(reachedIn(journal), {
      remoteCommands: 1,
      runCommands: 1,
      connections: 2,
      refused: 2,
    });
    assert.deepEqual(reachedIn([]), {
      remoteCommands: 0,
      runCommands: 0,
      connections: 0,
      refused: 0,
    });
  });
});
