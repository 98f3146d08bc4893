import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  contractVersion,
  firewallRulePrefix,
  guestDirectory,
  guestFailureCodes,
  guestFiles,
  guestFilesHash,
  type GuestAction,
} from "../../guest/contract";
import { guestFolder, powerShellFiles, readGuestText, windowsFiles } from "./files";
import { functionsOf } from "./powershell";

/** Every action; the type makes it complete. */
const actions: Record<GuestAction, true> = {
  "Set-PeerMachine": true,
  "Test-PeerMachine": true,
  "Test-PeerCapability": true,
  "Test-PeerStack": true,
  "Set-PeerNetworking": true,
  "New-PeerIdentity": true,
  "Export-PeerIdentity": true,
  "Import-PeerIdentity": true,
  "Get-PeerIdentity": true,
  "Remove-PeerIdentity": true,
  "New-PeerGroup": true,
  "New-PeerGroupInvitation": true,
  "Join-PeerGroup": true,
  "Get-PeerGroup": true,
  "Remove-PeerGroup": true,
  "Set-PeerPresence": true,
  "Get-PeerPresence": true,
  "Start-PeerListener": true,
  "Stop-PeerListener": true,
  "Test-PeerReachability": true,
  "Restart-PeerMachine": true,
  "Confirm-PeerBoot": true,
  "Get-PeerReport": true,
  "Get-PeerDiagnostics": true,
};

/** The quoted names of `$variable = @( ... )` in a script. */
function listOf(script: string, variable: string): string[] {
  const body = new RegExp(`^\\$${variable} = @\\(([^)]*)\\)`, "m").exec(script)?.[1];
  assert.ok(body !== undefined, `no list $${variable}`);
  return [...body.matchAll(/'([^']*)'/g)].map((match) => match[1]);
}

describe("guest/contract", () => {
  const entry = readGuestText("PeerLab/peerlab.ps1");
  const module = readGuestText("PeerLab/PeerLab.psm1");

  it("copies exactly the files of the folder PeerLab, which has the name of the directory on the machine", () => {
    assert.deepEqual(
      fs.readdirSync(path.join(guestFolder, "PeerLab")).sort(),
      [...guestFiles].sort(),
    );
    assert.equal(path.posix.basename(guestDirectory), "PeerLab");
  });

  it("hashes the same files in the same order in the entry", () => {
    assert.deepEqual(listOf(entry, "guestFiles"), [...guestFiles]);
  });

  it("hashes the lines that the entry documents", () => {
    const digest = (data: Uint8Array | string) =>
      crypto.createHash("sha256").update(data).digest("hex");
    const read = (name: string) => fs.readFileSync(path.join(guestFolder, "PeerLab", name));
    // Line by line as Get-GuestFilesHash builds them: '{0} {1}{2}' of hash, name and "`n", hashed as ASCII.
    assert.match(entry, /'\{0\} \{1\}\{2\}' -f \(Get-FileHash [^\n]*\), \$name, "`n"/);
    let lines = "";
    for (const name of listOf(entry, "guestFiles")) lines += `${digest(read(name))} ${name}\n`;
    assert.equal(guestFilesHash(read, digest), digest(Buffer.from(lines, "ascii")));
  });

  it("runs every action, each by an exported function of its name that takes the request", () => {
    assert.deepEqual(listOf(entry, "actions").sort(), Object.keys(actions).sort());
    const defined = new Map(
      powerShellFiles()
        .filter((file) => file.startsWith("PeerLab/"))
        .flatMap((file) => functionsOf(readGuestText(file)))
        .map((one) => [one.name, one.parameters]),
    );
    const exported = /Export-ModuleMember -Function @\(([^)]*)\)/.exec(module)?.[1] ?? "";
    for (const action of Object.keys(actions)) {
      assert.deepEqual(defined.get(action), ["Request"], action);
      assert.ok(exported.includes(`'${action}'`), `${action} is not exported`);
    }
  });

  it("speaks the contract's number and prefix, and works in its directory", () => {
    assert.match(entry, new RegExp(`^\\$contract = ${contractVersion}$`, "m"));
    const common = readGuestText("PeerLab/PeerCommon.ps1");
    assert.ok(common.includes(`$script:ContractVersion = ${contractVersion}\n`));
    assert.ok(common.includes(`$script:GuestDirectory = '${guestDirectory}'\n`));
    const networking = readGuestText("PeerLab/PeerNetworking.ps1");
    assert.ok(networking.includes(`$script:FirewallRulePrefix = '${firewallRulePrefix}'\n`));
  });

  it("fails with no code that the contract does not have", () => {
    const known = new Set<string>(guestFailureCodes);
    for (const file of windowsFiles()) {
      const failures = /-Code '([^']+)'|new PeerFailure\(\s*"([^"]+)"|Stop-Change '([^']+)'/g;
      for (const [, ...found] of readGuestText(file).matchAll(failures)) {
        const code = found.find((one) => one !== undefined) ?? "";
        assert.ok(known.has(code) || /^(PEER_E|NTE|ERROR)_|^E_/.test(code), `${file}: ${code}`);
      }
    }
  });

  it("uses every code that the contract lists", () => {
    const all = windowsFiles().map(readGuestText).join("\n");
    for (const code of guestFailureCodes) {
      assert.ok(all.includes(`'${code}'`) || all.includes(`"${code}"`), code);
    }
  });
});
