import * as assert from "node:assert/strict";
import { once } from "node:events";
import * as net from "node:net";
import * as path from "node:path";
import { runCommand } from "../../engine/runCommand";

const root = path.resolve(__dirname, "../..");

describe("components/sshSession", function () {
  this.timeout(60_000);

  // Which of them a program is compiled for decides what an import gives of a package that is of the other kind.
  for (const module of ["commonjs", "nodenext"]) {
    it(`finds its SSH client in a program that is compiled for ${module}`, async () => {
      const server = net.createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      try {
        const { port } = server.address() as net.AddressInfo;
        const program = `
          const { openSshSession } = require("./components/sshSession");
          const connection = { host: "127.0.0.1", port: ${port}, user: "labuser", password: "x", hostKey: "none" };
          openSshSession(connection, 5000).catch((error) => console.log(error.message));`;
        const { stdout } = await runCommand(
          process.execPath,
          ["--require", "ts-node/register/transpile-only", "--eval", program],
          {
            cwd: root,
            environment: {
              ...process.env,
              TS_NODE_COMPILER_OPTIONS: JSON.stringify({
                module,
                moduleResolution: module === "nodenext" ? module : "node",
              }),
            },
          },
        );
        assert.equal(stdout.trim(), "the host key is not readable");
      } finally {
        server.close();
      }
    });
  }
});
