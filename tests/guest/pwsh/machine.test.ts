import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  contractVersion,
  type PreparationReport,
  type PreparationSettings,
  type SetPasswordReport,
  type TestPeerStackReport,
} from "../../../guest/contract";
import { passwordCommand } from "../../../guest/password";
import { preparationScript } from "../../../guest/preparation";
import { readGuestText } from "../files";
import { temporaryFolder } from "../native/build";
import { parseErrors } from "../powershell";
import {
  findPowerShell,
  labUser,
  openPlayedMachine,
  type Ended,
  type PlayedMachine,
} from "./machine";

const oldPassword = "Correct-Horse-7-Battery";
const newPassword = "Other-Horse-8-Battery";

describe("tests/guest/pwsh, the double of Windows' cmdlets", () => {
  it("parses, every file of it", () => {
    const files = ["", "double"].flatMap((folder) =>
      fs
        .readdirSync(path.join(__dirname, folder))
        .map((name) => path.join(__dirname, folder, name)),
    );
    for (const file of files.filter((name) => /\.psm?1$/.test(name))) {
      assert.deepEqual(parseErrors(fs.readFileSync(file, "utf8")), [], file);
    }
  });
});

describe("guest scripts in PowerShell", function () {
  this.timeout(240_000);
  const powerShell = findPowerShell();
  if ("unavailable" in powerShell) {
    it.skip(`preparation and change of password (not run: ${powerShell.unavailable})`);
    return;
  }
  const folder = temporaryFolder("peerlab-machine-");
  let machines = 0;

  function open(kind: "client" | "server", prepared: boolean): PlayedMachine {
    const name = `ada-${++machines}`;
    return openPlayedMachine({
      powerShell: powerShell as Exclude<typeof powerShell, { unavailable: string }>,
      folder: path.join(folder, name),
      ...{ name, address: "fd00::4", password: oldPassword, prepared },
      reports: path.join(folder, "reports"),
      state: { kind, faults: [], control: { session: [], task: [] } },
    });
  }

  function runText(machine: PlayedMachine, text: string, args: string[], input?: string) {
    fs.writeFileSync(path.join(machine.folder, "drive", "script.ps1"), text);
    return machine.run("script.ps1", args, input);
  }

  function lastLine<T>({ exitCode, output, errors }: Ended): T {
    assert.equal(exitCode, 0, errors + output);
    assert.equal(errors, "");
    return JSON.parse(output.trim().split("\n").pop() ?? "") as T;
  }

  const settings: PreparationSettings = {
    contract: contractVersion,
    labUser,
    networking: {
      firewallRules: [
        {
          ...{ name: "PeerLab-SSH-IPv4", displayName: "PeerLab SSH", protocol: "TCP", port: 22 },
          ...{ family: "IPv4", remoteAddresses: ["10.0.0.0/16"], edgeTraversal: "Block" },
        },
      ],
      seed: { role: "peer", server: "seed.lab" },
    },
    outboundTest: [],
  };
  const prepare = (machine: PlayedMachine, changed: object = {}) => {
    const json = JSON.stringify({ ...settings, ...changed });
    const given = Buffer.from(json, "utf8").toString("base64");
    return runText(machine, preparationScript(readGuestText), [
      "-Settings",
      given,
      "-Attempt",
      "1",
    ]);
  };

  for (const kind of ["client", "server"] as const) {
    it(`prepare a ${kind}, and change nothing the second time`, async () => {
      const machine = open(kind, false);
      const first = lastLine<PreparationReport>(await prepare(machine));
      assert.equal(first.openSsh, "capability");
      assert.match(first.hostKey, /^ssh-ed25519 \S+$/);
      assert.equal(first.instance, machine.instance);
      const wanted = ["firewall rule PeerLab-SSH-IPv4 added", "service PNRPsvc automatic"];
      if (kind === "server") wanted.push("feature PNRP installed");
      // A feature brings its services with their right start types.
      for (const phrase of wanted.filter(
        (one) => kind === "client" || !one.includes("automatic"),
      )) {
        assert.ok(
          first.changed.includes(phrase),
          `${phrase} is not among ${first.changed.join("; ")}`,
        );
      }
      const second = lastLine<PreparationReport>(await prepare(machine));
      assert.deepEqual(second.changed, []);
      assert.equal(second.openSsh, "present");
    });
  }

  it("try a machine by probe.ps1 alone, print a line for each step and write the report to send in", async () => {
    const machine = open("client", true);
    const ended = await machine.run("ProgramData/PeerLab/probe.ps1", ["-Report", "report.json"]);
    assert.equal(ended.exitCode, 0, ended.errors + ended.output);
    const report = JSON.parse(
      fs.readFileSync(path.join(machine.folder, "report.json"), "utf8"),
    ) as TestPeerStackReport;
    const unfit = report.steps.filter(({ fine }) => !fine);
    assert.deepEqual(unfit, [], ended.output);
    assert.deepEqual([report.action, report.contract], ["Test-PeerStack", contractVersion]);
    for (const { step, answer } of report.steps) {
      assert.ok(
        ended.output.includes(`ok   ${step}: ${answer}`),
        `${step} is not in ${ended.output}`,
      );
    }
    assert.match(ended.output, /The whole report is in .*report\.json\./);
  });

  it("take the names of the seed policy from the image's own definitions, whatever they are", async () => {
    const machine = open("client", false);
    const folder = path.join(machine.folder, "drive", "Windows", "PolicyDefinitions");
    fs.mkdirSync(folder, { recursive: true });
    const key = "Software\\policies\\Microsoft\\Peernet\\Pnrp\\";
    const policy = (name: string, cloud: string, rest: string) =>
      `<policy name="${name}" class="Machine" key="${key}${cloud}" ${rest}</policy>`;
    const elements =
      '><elements><text id="a" valueName="TheSeed" /><boolean id="b" valueName="NotMicrosofts" /></elements>';
    const policies = [
      policy("PNRP_SeedServer_3", "IPv6-LinkLocal", elements.replace("TheSeed", "AnotherCloud")),
      policy("PNRP_SeedServer_1", "IPv6-Global", elements),
      policy("PNRP_Multicast_1", "IPv6-Global", 'valueName="NoMulticastBootstrap">'),
    ].join("");
    const definitions = `<policyDefinitions xmlns="http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"><policies>${policies}</policies></policyDefinitions>`;
    fs.writeFileSync(path.join(folder, "P2P-pnrp.admx"), definitions);
    const { changed } = lastLine<PreparationReport>(await prepare(machine));
    assert.deepEqual(
      changed.filter((phrase) => phrase.includes("IPv6-Global")),
      ["TheSeed = seed.lab", "NotMicrosofts = 1", "NoMulticastBootstrap = 1"].map(
        (value) => `${key}IPv6-Global\\${value} (names P2P-pnrp.admx)`,
      ),
    );
  });

  it("fail the preparation with one line that names the field of wrong settings", async () => {
    const { exitCode, output, errors } = await prepare(open("client", false), { labUser: "a/b" });
    assert.equal(exitCode, 1);
    assert.equal(output, "");
    assert.equal((JSON.parse(errors) as { code: string }).code, "InvalidRequest");
    assert.match(errors, /labUser/);
  });

  const change = (machine: PlayedMachine, request: object) => {
    const encoded = passwordCommand(readGuestText).split(" ").pop() ?? "";
    return runText(
      machine,
      Buffer.from(encoded, "base64").toString("utf16le"),
      [],
      JSON.stringify({ contract: contractVersion, instance: machine.instance, ...request }),
    );
  };

  it("change the password from the old one, and say by name where that is wrong", async function () {
    if (await metadataAnswers()) {
      console.warn("    SKIPPED: this computer is a machine of Azure, and its own id would answer");
      this.skip();
    }
    const machine = open("client", true);
    const report = lastLine<SetPasswordReport>(await change(machine, { oldPassword, newPassword }));
    assert.equal(report.changed, true);
    assert.equal(fs.readFileSync(path.join(machine.folder, "password"), "utf8"), newPassword);
    const wrong = await change(machine, { oldPassword: "Canary-Wrong-9", newPassword });
    assert.equal(wrong.exitCode, 1);
    assert.equal((JSON.parse(wrong.errors) as { code: string }).code, "ERROR_INVALID_PASSWORD");
    assert.ok(!wrong.errors.includes("Canary"));
  });
});

/** Whether Azure's instance metadata service answers on this computer. */
async function metadataAnswers(): Promise<boolean> {
  const address =
    "http://169.254.169.254/metadata/instance/compute/vmId?api-version=2021-02-01&format=text";
  try {
    const signal = AbortSignal.timeout(3000);
    return (await fetch(address, { headers: { Metadata: "true" }, signal })).ok;
  } catch {
    return false;
  }
}
