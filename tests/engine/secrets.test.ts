import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { partsOf } from "../../local/directory";
import { readEventLog } from "../../local/eventLog";
import type { Fault } from "../../local/interfaces";
import { localSystem } from "../../local/windows/accounts";
import type { KnownSecret } from "../secretScanner";
import { secretsOfIdentity, secretsOfStandIn } from "./labSecrets";
import { engineTimeout, openLabProject, type LabProject, type Run } from "./labProject";
import { watchArguments, type ArgumentWatch } from "./processArguments";
import {
  filesIn,
  findLeaks,
  machineDisks,
  unseenEncodings,
  type Content,
  type Leak,
  type Places,
} from "./secretPlaces";

/** Planted by ways that a lab has: as a tag, as the update's message, as a file on a machine. */
const planted = `planted-${crypto.randomBytes(8).toString("hex")}`;

const settings = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  tags: { planted },
  people: {
    ada: { machines: { "ada-1": {}, "ada-2": {} } },
    grace: { machines: { "grace-1": {} } },
  },
};

/** Where the stand-in has to keep a secret, and why. */
const kept: { file: RegExp; secret: RegExp; reason: string }[] = [
  {
    file: /^ssh\/jump-host\.json$/,
    secret: /of the jump host$/,
    reason: "the jump host's own file, which only its owner may read",
  },
  {
    file: /^session\.json$/,
    secret: /^password of the jump host$/,
    reason: "what other commands of the same user need to use a stand-in that runs",
  },
  {
    file: /^passphrase$/,
    secret: /^passphrase of the stacks$/,
    reason: "made for this directory, and readable for its owner alone",
  },
  {
    file: /^windows\/machines\//,
    secret: /^host key of /,
    reason: "each machine's SSH server keeps its own key, as Windows' does in ProgramData",
  },
];

/** Each step on a machine fails once: refused, cut, or by its own word. */
const failures: { faults: Fault[]; failing: Record<string, string | undefined> }[] = [
  {
    faults: [
      { kind: "failRequest", match: "ada-2-preparation", operation: "create", times: 1 },
      { kind: "dropConnection", match: "grace-1 sftp", moment: "during", times: 1 },
      { kind: "noPeerStack", match: "ada-1", times: 1 },
    ],
    failing: {
      "lab-ada-2-preparation": undefined,
      "lab-grace-1-guest-files": undefined,
      "lab-ada-export": "PEER_E_NOT_LICENSED",
      // They wait for the proof, and say so.
      "lab-grace-export": undefined,
      "lab-seed": undefined,
    },
  },
  {
    faults: [{ kind: "dropConnection", match: "Export-PeerIdentity", moment: "during", times: 1 }],
    failing: {
      "lab-ada-export": undefined,
      "lab-grace-export": undefined,
      "lab-seed": undefined,
    },
  },
  {
    faults: [
      { kind: "wrongKey", match: "ada-2", times: 1 },
      { kind: "noPeerStack", match: "grace-1", times: 1 },
    ],
    failing: {
      "lab-ada.ada-2": "PeerIdentityMismatch",
      "lab-grace-export": "PEER_E_NOT_LICENSED",
    },
  },
  {
    faults: [{ kind: "dropConnection", match: "Set-PeerMachine", moment: "during", times: 2 }],
    failing: { "lab-ada.ada-2": undefined, "lab-grace.grace-1": undefined },
  },
  {
    faults: [{ kind: "noPeerStack", match: "grace-1", times: 1 }],
    failing: { "lab-grace.grace-1": "PEER_E_NOT_LICENSED" },
  },
];

describe("engine: secrets show nowhere", function () {
  this.timeout(300_000);
  let lab: LabProject;
  let watch: ArgumentWatch | undefined;
  let temporary: string;
  let argumentsSeen: Content[];
  let secrets: KnownSecret[];
  const outputs: Record<"failure" | "update" | "preview" | "debug", Content[]> = {
    failure: [],
    update: [],
    preview: [],
    debug: [],
  };
  const events: Content[] = [];
  const exports: Content[] = [];

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    temporary = path.join(lab.directory, "tmp");
    fs.mkdirSync(temporary);
    fs.writeFileSync(path.join(temporary, "planted"), planted);
    watch = watchArguments();
  });
  after(async () => {
    await watch?.end();
    await lab?.close();
  });

  /** What failed, with the word of the machine where it was one's own. */
  let failed: Record<string, string | undefined> = {};

  const run = async (place: keyof typeof outputs, ...args: string[]): Promise<Run> => {
    const eventLog = path.join(lab.directory, "events.ndjson");
    const logged = /^(up|preview|destroy)$/.test(args[0]) ? ["--event-log", eventLog] : [];
    const done = await lab.run("pulumi", [...args, ...logged, "--non-interactive"], {
      PULUMI_DEBUG_COMMANDS: "true",
      TMPDIR: temporary,
    });
    outputs[place].push({ name: args.join(" "), bytes: Buffer.from(done.output) });
    if (fs.existsSync(eventLog)) {
      const summary = readEventLog(eventLog)?.failures ?? [];
      failed = Object.fromEntries(summary.map(({ name, guest }) => [name, guest?.code]));
      events.push({ name: args.join(" "), bytes: fs.readFileSync(eventLog) });
      fs.rmSync(eventLog);
    }
    return done;
  };
  const up = (place: keyof typeof outputs, stack: string, ...args: string[]) => {
    const all = ["--yes", "--skip-preview", "--stack", stack, "--diff", "--message", planted];
    return run(place, "up", ...all, ...args);
  };
  const exportState = async (stack: string) => {
    const { output } = await lab.pulumi("stack", "export", "--stack", stack);
    exports.push({ name: stack, bytes: Buffer.from(output) });
  };
  const outputsOf = async (stack: string) => {
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
    return JSON.parse((await lab.pulumi(...args)).output);
  };
  /** Gives a secret as a person does: by standard input. */
  const setSecret = async (stack: string, at: string, value: string) => {
    const file = path.join(lab.directory, "given");
    fs.writeFileSync(file, value);
    const set = `require("node:child_process").execFileSync("pulumi", ["config", "set", "--secret", "--path", ${JSON.stringify(at)}, "--stack", ${JSON.stringify(stack)}], { input: require("node:fs").readFileSync("given") })`;
    const done = await lab.run(process.execPath, ["--eval", set]);
    fs.rmSync(file);
    assert.equal(done.code, 0, done.output);
  };

  it("lets every step on a machine fail once, and the lab become whole after that", async () => {
    lab.configure(settings);
    const preview = await run("preview", "preview", "--stack", "test", "--diff");
    assert.equal(preview.code, 0, preview.output);
    for (const { faults, failing } of failures) {
      for (const fault of faults) lab.standIn.faults.add(fault);
      const { code } = await up("failure", "test", "--continue-on-error", "--debug");
      lab.standIn.faults.clear();
      assert.notEqual(code, 0);
      assert.deepEqual(failed, failing);
      await exportState("test");
    }
    const whole = await up("update", "test");
    assert.equal(whole.code, 0, whole.output);
  });

  it("takes an identity, its password and the lab user's password from the configuration of another stack", async () => {
    const { exportedIdentity, exportPassword } = (await outputsOf("test")).exportedIdentities.ada;
    assert.equal((await lab.pulumi("stack", "init", "other")).code, 0);
    const file = path.join(lab.directory, "Pulumi.other.yaml");
    const config = {
      "azure-native:location": "westeurope",
      "peerlab:adminSources": ["203.0.113.7"],
      "peerlab:ipv4Space": "10.90.0.0/16",
      "peerlab:ipv6Space": "fd5a:9c2e:71b1::/48",
      "peerlab:people": { bea: { machines: { "bea-1": {} } } },
    };
    fs.writeFileSync(file, stringify({ ...parse(fs.readFileSync(file, "utf8")), config }));
    await setSecret("other", "people.bea.exportedIdentity", exportedIdentity);
    await setSecret("other", "people.bea.exportPassword", exportPassword);
    await setSecret("other", "adminPassword", "Correct-Horse-9-Battery");
    lab.standIn.faults.add({ kind: "noPeerStack", match: "bea-1", times: 1 });
    await up("failure", "other");
    assert.deepEqual(failed, { "lab-bea-export": "PEER_E_NOT_LICENSED" });
    const cut: Fault = { kind: "dropConnection", match: "Import-PeerIdentity", times: 1 };
    lab.standIn.faults.add({ ...cut, moment: "during" });
    await up("failure", "other", "--debug");
    assert.deepEqual(failed, { "lab-bea-export": undefined });
    const whole = await up("update", "other");
    assert.equal(whole.code, 0, whole.output);
    await exportState("other");
  });

  it("goes on with previews, a rotation, and a replaced machine, with diffs and debug output", async () => {
    const people = {
      ada: {
        rotation: "2",
        machines: { "ada-1": {}, "ada-2": { timeZone: "W. Europe Standard Time" } },
      },
      grace: { machines: { "grace-1": {} } },
    };
    // The tag stands in what an update shows, too.
    lab.configure({ ...settings, people, tags: { planted, again: planted } });
    const preview = await run("debug", "preview", "--stack", "test", "--diff", "--debug");
    assert.equal(preview.code, 0, preview.output);
    secrets = await everySecret();
    const changed = await up("update", "test");
    assert.equal(changed.code, 0, changed.output);
    const refresh = ["refresh", "--yes", "--skip-preview", "--diff", "--debug", "--stack", "test"];
    assert.equal((await run("debug", ...refresh)).code, 0);
    await exportState("test");
    // Those before the change, and those after it.
    secrets = [...secrets, ...(await everySecret())];
    argumentsSeen = ((await watch?.end()) ?? []).map((bytes, index) => ({
      name: `process ${index}`,
      bytes,
    }));
    watch = undefined;
  });

  const everySecret = async (): Promise<KnownSecret[]> => {
    const jumpHost = path.join(lab.directory, "local", "ssh", "jump-host.json");
    const all = secretsOfStandIn(lab.standIn, JSON.parse(fs.readFileSync(jumpHost, "utf8")));
    for (const stack of ["test", "other"]) {
      const { adminPasswords, exportedIdentities } = await outputsOf(stack);
      for (const [machine, password] of Object.entries<string>(adminPasswords)) {
        all.push({ name: `password of ${machine}`, bytes: Buffer.from(password) });
      }
      for (const person of Object.keys(exportedIdentities)) {
        const { exportedIdentity, exportPassword } = exportedIdentities[person];
        all.push(...secretsOfIdentity(person, exportedIdentity, exportPassword));
      }
    }
    return all;
  };

  const places = (): Places => {
    const standIn = path.join(lab.directory, "local");
    for (const { disk } of lab.standIn.windows.machines()) {
      disk.write("C:/Windows/System32/planted.txt", Buffer.from(planted), localSystem);
    }
    const backend = path.join(partsOf(standIn).backend, ".pulumi");
    return {
      "exported state": exports,
      "checkpoints of the backend": filesIn(path.join(backend, "stacks")),
      "history of the backend": filesIn(path.join(backend, "history")),
      "backups of the backend": filesIn(path.join(backend, "backups")),
      "output of a preview": outputs.preview,
      "output of up": outputs.update,
      "output of a step that failed": outputs.failure,
      "debug output": outputs.debug,
      "event log": events,
      "disks of the machines": machineDisks(lab.standIn),
      "directory of the stand-in": filesIn(standIn),
      "folder of the project": filesIn(lab.directory, /^(local|tmp)\//),
      "temporary files": filesIn(temporary),
      ...(process.platform === "linux" ? { "arguments of processes": argumentsSeen } : {}),
    };
  };

  it("collects every place: what was planted is found in each, and seen there in each encoding", () => {
    const found = new Set(
      findLeaks(places(), [{ name: "planted", bytes: Buffer.from(planted) }]).map(
        ({ place }) => place,
      ),
    );
    for (const [place, contents] of Object.entries(places())) {
      assert.ok(found.has(place), `what was planted is not found in: ${place}`);
      assert.deepEqual(unseenEncodings(contents), [], place);
    }
  });

  it("finds no password, no identity and no private key in any of them, but what the stand-in has to keep", () => {
    const leaks = findLeaks(places(), secrets);
    const isKept = ({ place, file, secret }: Leak) =>
      place === "directory of the stand-in" &&
      kept.some((entry) => entry.file.test(file) && entry.secret.test(secret));
    assert.deepEqual(
      leaks.filter((leak) => !isKept(leak)),
      [],
    );
    // The scan sees these, and the list of what is kept holds nothing that is not there.
    for (const { file, secret, reason } of kept) {
      assert.ok(
        leaks.some((leak) => file.test(leak.file) && secret.test(leak.secret)),
        reason,
      );
    }
  });

  it("looks at the arguments of all processes", function () {
    if (process.platform !== "linux") this.skip();
    const lines = argumentsSeen.map(({ bytes }) => bytes.toString("latin1"));
    for (const program of [/^pulumi\0up\0/, /@pulumi\/pulumi\/cmd\/run/]) {
      assert.ok(
        lines.some((line) => program.test(line)),
        `no process like ${program.source} was seen`,
      );
    }
  });
});
