import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { firewallAllows } from "../../local/windows";
import {
  engineTimeout,
  openLabProject,
  ran,
  reached,
  tested,
  twoPeople,
  type LabProject,
  type Run,
} from "./labProject";

const machines = ["ada-1", "ada-2", "ada-3", "grace-1", "grace-2"];

describe("engine: the life of a lab, by the real CLI against the stand-in", function () {
  this.timeout(180_000);
  let lab: LabProject;
  let first: Run;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    lab.configure(twoPeople);
  });
  after(() => lab?.close());

  it("previews everything without touching anything", async () => {
    const run = await lab.preview();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
    assert.deepEqual(
      run.journal.filter(({ kind, what }) => kind === "azure" && /create|update|delete/.test(what)),
      [],
    );
  });

  it("gives all machines of one person one peer name, and different people different ones", async () => {
    first = await lab.up();
    assert.equal(first.code, 0, first.output);
    const { machines: known } = await lab.outputs();
    assert.deepEqual(Object.keys(known).sort(), machines);
    const namesOf = (person: string) =>
      new Set(machines.filter((key) => key.startsWith(person)).map((key) => known[key].peerName));
    for (const person of ["ada", "grace"]) {
      const names = [...namesOf(person)];
      assert.equal(names.length, 1);
      assert.match(names[0], /^[0-9a-f]{40}\.PeerLab$/);
    }
    assert.notDeepEqual(namesOf("ada"), namesOf("grace"));
    for (const key of machines) {
      assert.equal(known[key].ready, true, key);
      assert.match(known[key].privateIpv4, /^10\.80\.0\./);
      assert.match(known[key].privateIpv6, /^fd5a:9c2e:71b0::/);
    }
  });

  it("runs one step on each machine, the maker's export and the seed's waking, and nothing for the proof of the image alone", () => {
    assert.deepEqual(ran(first), [
      "ada-1: Export-PeerIdentity",
      "ada-1: Set-PeerMachine",
      "ada-1: Set-PeerPresence",
      "ada-2: Set-PeerMachine",
      "ada-3: Set-PeerMachine",
      "grace-1: Export-PeerIdentity",
      "grace-1: Set-PeerMachine",
      "grace-2: Set-PeerMachine",
    ]);
  });

  it("ends with the proof: each machine reaches all others and is in the cloud, which the seed is awake for", async () => {
    assert.deepEqual(tested(first), machines);
    const { proof } = await lab.outputs();
    for (const key of machines) {
      const others = machines.filter((other) => other !== key);
      assert.deepEqual(proof[key], {
        cloud: "active",
        ...(key === "ada-1" && { names: ["0.PeerLab-seed registered"] }),
        reaches: Object.fromEntries(others.map((other) => [other, "3587"])),
      });
    }
  });

  it("changes nothing and reaches no machine in a second preview, up, refresh and up", async () => {
    const preview = await lab.preview("--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
    for (const command of ["up", "refresh", "up"]) {
      const run = await lab.pulumi(
        command,
        "--yes",
        "--skip-preview",
        "--expect-no-changes",
        "--stack",
        "test",
      );
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(reached(run), []);
    }
  });

  it("still changes nothing when the stand-in was ended and started again", async () => {
    await lab.restart();
    const run = await lab.up("--expect-no-changes");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
  });

  it("proves everything again for a token in the environment, and runs nothing once it is gone or when it comes again", async () => {
    const up = ["up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive"];
    const withToken = () => lab.run("pulumi", up, { PEERLAB_PROOF_TOKEN: "again" });
    const proved = await withToken();
    assert.equal(proved.code, 0, proved.output);
    assert.deepEqual([tested(proved), ran(proved)], [machines, []]);
    for (const run of [await lab.up(), await withToken()]) {
      assert.equal(run.code, 0, run.output);
      assert.deepEqual(reached(run), []);
    }
  });

  it("keeps passwords and identities out of state, output and the log of what ran", async () => {
    const { adminPasswords, exportedIdentities } = await lab.outputs();
    const secrets = [
      ...Object.values<string>(adminPasswords),
      ...Object.values<{ exportedIdentity: string; exportPassword: string }>(
        exportedIdentities,
      ).flatMap(Object.values),
      lab.standIn.jumpHost.password,
    ];
    assert.equal(secrets.length, machines.length + 4 + 1);
    const plain = await lab.pulumi("stack", "export", "--stack", "test");
    const diff = await lab.preview("--diff");
    const places = {
      state: plain.output,
      checkpoint: readAll(path.join(lab.directory, "local")),
      output: first.output,
      diff: diff.output,
      journal: JSON.stringify(lab.standIn.journal.read()),
    };
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) {
        for (const form of [
          secret,
          Buffer.from(secret).toString("base64"),
          JSON.stringify(secret).slice(1, -1),
        ]) {
          // The jump host keeps its own password in its own file, with rights for its owner only.
          if (place === "checkpoint" && secret === lab.standIn.jumpHost.password) continue;
          assert.ok(!text.includes(form), `a secret is in plain text in the ${place}`);
        }
      }
    }
  });

  it("declares no step that runs on deletion", async () => {
    const commands = (await lab.resources()).filter(
      ({ type }) => type === "command:remote:Command",
    );
    // The step of each machine, two exports and a seed's waking; a listener and a test of each machine.
    assert.equal(commands.length, machines.length + 2 + 1 + 2 * machines.length);
    for (const { inputs, urn } of commands) assert.ok(!("delete" in inputs), urn);
  });

  it("plans no guest step for a change of tags, and runs none", async () => {
    lab.configure({ ...twoPeople, tags: { owner: "lab" } });
    const preview = await lab.preview();
    assert.equal(preview.code, 0, preview.output);
    assert.doesNotMatch(preview.output, /command:remote|pulumi:index:Stash|RunCommand/);
    assert.match(preview.output, /azure-native:compute:VirtualMachine .*update/);
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
  });

  it("opens a port of an application in the security group and on each machine, each family apart", async () => {
    lab.configure({
      ...twoPeople,
      tags: { owner: "lab" },
      graphPorts: [{ name: "Chat", port: 4711 }],
    });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    const look = await lab.resources();
    const group = look.find(({ type }) => type === "azure-native:network:NetworkSecurityGroup");
    const rules = (group?.outputs?.securityRules as { name: string }[]).map(({ name }) => name);
    for (const port of ["Grouping-TCP-3587", "PNRP-UDP-3540", "Chat-TCP-4711"]) {
      for (const family of ["IPv4", "IPv6"]) {
        assert.ok(rules.includes(`Allow-${port}-${family}`), `${port} ${family} in the group`);
      }
    }
    const { machines: known } = await lab.outputs();
    for (const key of machines) {
      const other = known[key === "ada-1" ? "ada-2" : "ada-1"];
      for (const [from, to] of [
        [other.privateIpv4, known[key].privateIpv4],
        [other.privateIpv6, known[key].privateIpv6],
      ]) {
        for (const [protocol, port, allowed] of [
          ["TCP", 3587, true],
          ["UDP", 3540, true],
          ["TCP", 4711, true],
          ["TCP", 4712, false],
        ] as const) {
          const packet = { from, to, protocol, port };
          assert.equal(lab.standIn.network.send(packet).allowed, allowed, JSON.stringify(packet));
          const guest = lab.standIn.windows
            .machines()
            .find(({ facts }) => facts.computerName === key);
          assert.equal(firewallAllows(guest?.record.firewallRules ?? [], packet), allowed, key);
        }
      }
    }
  });

  it("replaces a machine, the maker at that, and keeps the peer name; the others run nothing", async () => {
    const before = await lab.outputs();
    const people = structuredClone(twoPeople.people) as Record<
      string,
      { machines: Record<string, object> }
    >;
    people.ada.machines["ada-1"] = { timeZone: "W. Europe Standard Time" };
    lab.configure({
      ...twoPeople,
      people,
      tags: { owner: "lab" },
      graphPorts: [{ name: "Chat", port: 4711 }],
    });
    const run = await lab.up();
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(ran(run), ["ada-1: Set-PeerMachine", "ada-1: Set-PeerPresence"]);
    assert.deepEqual(tested(run), machines);
    const after = await lab.outputs();
    assert.equal(after.machines["ada-1"].peerName, before.machines["ada-1"].peerName);
    assert.notEqual(after.hostKeys["ada-1"], before.hostKeys["ada-1"]);
  });

  it("changes no other machine when one comes whose key is the first, nor when it goes again", async () => {
    const people = structuredClone(twoPeople.people) as Record<
      string,
      { machines: Record<string, object> }
    >;
    people.ada.machines["ada-1"] = { timeZone: "W. Europe Standard Time" };
    const settings = { tags: { owner: "lab" }, graphPorts: [{ name: "Chat", port: 4711 }] };
    lab.configure({
      ...twoPeople,
      ...settings,
      people: { ...people, eve: { machines: { aaa: {} } } },
    });
    const come = await lab.up();
    assert.equal(come.code, 0, come.output);
    assert.deepEqual(ran(come), ["aaa: Export-PeerIdentity", "aaa: Set-PeerMachine"]);
    assert.deepEqual(tested(come), ["aaa", ...machines]);
    lab.configure({ ...twoPeople, ...settings, people });
    const go = await lab.up();
    assert.equal(go.code, 0, go.output);
    assert.deepEqual(ran(go), []);
    assert.deepEqual(tested(go), []);
    assert.deepEqual(
      go.journal.filter(({ kind }) => kind === "runCommand" || kind === "copy"),
      [],
    );
  });

  it("refuses other ranges in words, since Azure does not change those in use", async () => {
    lab.configure({ ...twoPeople, ipv4Subnet: "10.80.5.0/24" });
    const run = await lab.preview();
    assert.notEqual(run.code, 0);
    assert.match(run.output, /ipv4Subnet.*10\.80\.5\.0\/24.*was made with.*10\.80\.0\.0\/24/);
  });

  it("destroys everything, and runs no command on a machine that is being deleted", async () => {
    const run = await lab.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    assert.equal(run.code, 0, run.output);
    assert.deepEqual(reached(run), []);
    const left = await lab.pulumi("stack", "export", "--stack", "test");
    assert.doesNotMatch(left.output, /azure-native:compute/);
    const { readAzureState } = await import("../../local/azure");
    const state = readAzureState(path.join(lab.directory, "local", "azure"));
    assert.deepEqual(state.resources, []);
  });
});

function readAll(directory: string): string {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".key"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/session|jump/i.test(path.basename(file)))
    .map((file) => fs.readFileSync(file, "utf8"))
    .join("\n");
}
