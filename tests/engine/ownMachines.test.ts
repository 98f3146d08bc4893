import * as assert from "node:assert/strict";
import * as path from "node:path";
import { readAzureState } from "../../local/azure";
import { openInternet } from "./internet";
import {
  engineTimeout,
  openLabProject,
  ran,
  reached,
  type LabProject,
  type StateResource,
} from "./labProject";

const configuration = {
  "azure-native:location": "westeurope",
  "own-machines:adminSources": ["203.0.113.0/24"],
};

for (const way of ["a jump host", "public addresses"]) {
  const jumpHost = way === "a jump host";

  describe(`engine: machines that a program declares itself, reached by ${way}`, function () {
    this.timeout(180_000);
    let lab: LabProject;
    let internet: Awaited<ReturnType<typeof openInternet>> | undefined;

    before(async function () {
      this.timeout(engineTimeout);
      lab = await openLabProject(undefined, {
        folder: "examples/own-machines",
        // Only the stand-in of the command provider can dial public addresses that nobody has.
        commandProvider: jumpHost ? undefined : "standIn",
      });
      if (!jumpHost) {
        internet = await openInternet(lab.standIn.connect);
        Object.assign(lab.standIn.environment, internet.environment, { PEERLAB_JUMP_HOST: "" });
      }
      lab.configure(configuration);
      const secret = ["--secret", "adminPassword", "Correct-Horse-9-Battery"];
      const set = await lab.pulumi("config", "set", "--stack", "test", ...secret);
      assert.equal(set.code, 0, set.output);
    });
    after(async () => {
      internet?.close();
      await lab?.close();
    });

    it("makes one identity, and puts it on both machines", async () => {
      const run = await lab.up();
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(ran(run), [
        "desk: Export-PeerIdentity",
        "desk: Set-PeerMachine",
        "laptop: Set-PeerMachine",
      ]);
      const { peerName, reports } = await lab.outputs();
      assert.match(peerName, /^[0-9a-f]{40}\.PeerLab$/);
      for (const key of ["desk", "laptop"]) {
        assert.deepEqual(reports[key], { peerName, usable: true, computerName: key, pending: [] });
      }
    });

    it(`dials the machines by ${way}`, async () => {
      const connections = await connectionsOf(lab);
      // The copies to both machines, the export, and the step on each.
      assert.equal(connections.length, 2 + 1 + 2);
      for (const { host, hostKey, proxy } of connections) {
        assert.match(hostKey, /^ssh-/);
        assert.equal(proxy?.host, jumpHost ? lab.standIn.jumpHost.host : undefined);
        assert.equal(/^10\.82\.0\.1[12]$/.test(host), jumpHost, host);
      }
    });

    it("changes nothing and reaches no machine in a second up", async () => {
      const run = await lab.up("--expect-no-changes");
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(reached(run), []);
    });

    it("gives a replaced machine, the one that made it, the same identity; the other one runs nothing", async () => {
      const before = await lab.outputs();
      const vm = (await lab.resources()).find(
        ({ type, urn }) => type === "azure-native:compute:VirtualMachine" && urn.endsWith("::desk"),
      );
      const run = await lab.up("--replace", vm?.urn ?? assert.fail("there is no VM desk"));
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(ran(run), ["desk: Set-PeerMachine"]);
      const names = new Set(reached(run).map(({ subject }) => subject));
      assert.ok(![...names].some((name) => name.includes("laptop")), [...names].join(", "));
      assert.deepEqual(await lab.outputs(), before);
    });

    it("destroys everything, and runs no command on a machine that is being deleted", async () => {
      const run = await lab.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(reached(run), []);
      assert.deepEqual(readAzureState(path.join(lab.directory, "local", "azure")).resources, []);
    });
  });
}

interface Connection {
  host: string;
  hostKey: string;
  proxy?: { host: string };
}

/** How the remote steps reach their machines; a secret as a whole, because there is a password in it. */
async function connectionsOf(lab: LabProject): Promise<Connection[]> {
  const run = await lab.pulumi("stack", "export", "--stack", "test", "--show-secrets");
  assert.equal(run.code, 0, run.output);
  const state = JSON.parse(run.output) as { deployment: { resources: StateResource[] } };
  return state.deployment.resources
    .filter(({ type }) => type.startsWith("command:remote:"))
    .map(({ inputs }) => JSON.parse((inputs.connection as { plaintext: string }).plaintext));
}
