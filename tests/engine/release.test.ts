import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { archiveName, downloadRelease } from "../../engine/release";
import { engineVersion } from "../../engine/version";

describe("engine/release", () => {
  const platform = { os: "linux", arch: "x64" } as const;
  const name = archiveName(platform);
  const checksums = `/pulumi-${engineVersion}-checksums.txt`;
  let directory: string;
  let server: http.Server;
  let source: string;
  let files: Map<string, Buffer | "silence">;

  beforeEach(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-release-"));
    files = new Map();
    server = http.createServer((request, response) => {
      const content = files.get(request.url ?? "");
      if (content === "silence") return;
      response.writeHead(content ? 200 : 404).end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    source = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    fs.rmSync(directory, { recursive: true, force: true });
  });

  /** A release as Pulumi's are: everything in a folder `pulumi`. */
  const makeArchive = (): Buffer => {
    const content = path.join(directory, "content");
    fs.mkdirSync(path.join(content, "pulumi"), { recursive: true });
    fs.writeFileSync(path.join(content, "pulumi", "pulumi"), "the engine");
    fs.writeFileSync(path.join(content, "pulumi", "pulumi-language-nodejs"), "the host");
    const archive = path.join(directory, "made.tar.gz");
    execFileSync("tar", ["-czf", archive, "-C", content, "pulumi"]);
    return fs.readFileSync(archive);
  };
  const sha256 = (data: Buffer) => crypto.createHash("sha256").update(data).digest("hex");
  const target = () => {
    const folder = path.join(directory, "target");
    fs.mkdirSync(folder);
    return folder;
  };

  it("unpacks the engine and its language host directly into the folder", async () => {
    const archive = makeArchive();
    files.set(`/${name}`, archive);
    files.set(checksums, Buffer.from(`${"0".repeat(64)}  other\n${sha256(archive)}  ${name}\n`));
    const folder = target();
    await downloadRelease(folder, { platform, sources: [source] });
    assert.deepEqual(fs.readdirSync(folder).sort(), ["pulumi", "pulumi-language-nodejs"]);
    assert.equal(fs.readFileSync(path.join(folder, "pulumi"), "utf8"), "the engine");
  });

  it("uses nothing of an archive whose checksum is another one", async () => {
    files.set(`/${name}`, makeArchive());
    files.set(checksums, Buffer.from(`${"0".repeat(64)}  ${name}\n`));
    const folder = target();
    await assert.rejects(downloadRelease(folder, { platform, sources: [source] }), /has SHA-256/);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it("does not download an archive that the checksums do not name", async () => {
    files.set(checksums, Buffer.from(`${"0".repeat(64)}  other.tar.gz\n`));
    await assert.rejects(
      downloadRelease(target(), { platform, sources: [source] }),
      /does not name pulumi-v/,
    );
  });

  it("gives up on a server that does not answer, and takes the next one", async () => {
    const archive = makeArchive();
    files.set(`/dead${checksums}`, "silence");
    files.set(`/${name}`, archive);
    files.set(checksums, Buffer.from(`${sha256(archive)}  ${name}\n`));
    const folder = target();
    await downloadRelease(folder, {
      platform,
      sources: [`${source}/dead`, source],
      connectTimeout: 100,
    });
    assert.ok(fs.existsSync(path.join(folder, "pulumi")));
  });

  it("says of each source why it failed", async () => {
    await assert.rejects(
      downloadRelease(target(), { platform, sources: [`${source}/a`, `${source}/b`] }),
      /\/a: HTTP 404 .*\/b: HTTP 404/,
    );
  });
});
