import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { guestFiles } from "../../guest/contract";
import { guestFolder, readGuestText } from "./files";
import { skipWithout } from "./missing";

/** From winerror.h by way of Microsoft's list of COM error codes; the ones that decide something somewhere. */
const important: Record<string, string> = {
  PEER_E_IPV6_NOT_INSTALLED: "80630001",
  PEER_E_NOT_INITIALIZED: "80630002",
  PEER_E_CANNOT_START_SERVICE: "80630003",
  PEER_E_NOT_LICENSED: "80630004",
  PEER_E_TOO_MANY_IDENTITIES: "80630202",
  PEER_E_NO_KEY_ACCESS: "80630203",
  PEER_E_GROUPS_EXIST: "80630204",
  PEER_E_IDENTITY_NOT_FOUND: "80630401",
  PEER_E_EVENT_HANDLE_NOT_FOUND: "80630501",
  PEER_E_INVITATION_NOT_TRUSTED: "80630701",
  PEER_E_INVALID_TIME_PERIOD: "80630705",
  PEER_E_CERT_STORE_CORRUPTED: "80630801",
  PEER_E_NO_CLOUD: "80631001",
  PEER_E_NOT_AUTHORIZED: "80632020",
  PEER_E_INVALID_GROUP_PROPERTIES: "80632040",
  PEER_E_INVALID_PEER_NAME: "80632050",
  PEER_E_UNSUPPORTED_VERSION: "80632090",
  PEER_E_SERVICE_NOT_AVAILABLE: "806320A1",
  PEER_E_INVALID_PEER_HOST_NAME: "80634002",
  PEER_E_ALREADY_EXISTS: "800700B7",
  PEER_E_NOT_FOUND: "80070490",
  PEER_E_CLOUD_NOT_FOUND: "80072CED",
  PEER_E_CLOUD_IS_DEAD: "80072CF5",
  PEER_S_ALREADY_CONNECTED: "00632000",
  NTE_PERM: "80090010",
  NTE_BAD_KEYSET: "80090016",
};

describe("guest/PeerLab, the C# files", () => {
  // The service is a program of its own, compiled with an assembly that the module does without.
  const sources = guestFiles.filter((name) => name.endsWith(".cs") && name !== "PeerService.cs");

  it("name every important HRESULT, and none twice", () => {
    const text = readGuestText("PeerLab/PeerCodes.cs");
    const pairs = [...text.matchAll(/\{ 0x([0-9A-F]{8}), "(\w+)" \}/g)];
    const byName = new Map(pairs.map(([, value, name]) => [name, value]));
    assert.equal(byName.size, pairs.length);
    assert.equal(new Set(byName.values()).size, pairs.length);
    for (const [name, value] of Object.entries(important)) {
      assert.equal(byName.get(name), value, name);
    }
  });

  it("are loaded by the module, all of them", () => {
    const module = readGuestText("PeerLab/PeerLab.psm1");
    const list = /\$sources = @\(([^)]*)\)/.exec(module)?.[1] ?? "";
    assert.deepEqual(
      [...list.matchAll(/'([^']+)'/g)].map((match) => match[1]).sort(),
      [...sources].sort(),
    );
  });

  it("compile as C# 5, the language of Windows PowerShell's compiler, without a warning", function () {
    if (spawnSync("mcs", ["--version"]).error !== undefined) {
      skipWithout(this, "no C# compiler (mcs, Debian package mono-mcs)");
    }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-cs-"));
    try {
      const compiled = spawnSync(
        "mcs",
        [
          ...["-langversion:5", "-warn:4", "-warnaserror", "-target:library"],
          `-out:${path.join(folder, "PeerLab.dll")}`,
          ...sources.map((name) => path.join(guestFolder, "PeerLab", name)),
        ],
        { encoding: "utf8" },
      );
      assert.equal(compiled.status, 0, compiled.stdout + compiled.stderr);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
