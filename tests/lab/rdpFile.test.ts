import * as assert from "node:assert/strict";
import { rdpFile, tunnelPorts } from "../../lab/rdpFile";

describe("lab: files for Remote Desktop", () => {
  const linesOf = (file: Buffer) => file.toString("ascii").split("\r\n");

  it("name machine and user, and let the client ask for the password", () => {
    const lines = linesOf(
      rdpFile({ host: "198.51.100.4", computerName: "ada-1", user: "labuser" }),
    );
    assert.ok(lines.includes("full address:s:198.51.100.4:3389"));
    assert.ok(lines.includes("username:s:ada-1\\labuser"));
    assert.ok(lines.includes("prompt for credentials:i:1"));
    assert.doesNotMatch(lines.join("\n"), /password/i);
    assert.equal(lines.at(-1), "", "the last line ends");
    for (const line of lines.slice(0, -1)) assert.match(line, /^[a-z ]+:[is]:/);
  });

  it("take tunnels, IPv6 addresses and users whose computer's name is not known", () => {
    const lines = linesOf(rdpFile({ host: "fd00::1", port: 20001, computerName: "", user: "u" }));
    assert.ok(lines.includes("full address:s:[fd00::1]:20001"));
    assert.ok(lines.includes("username:s:u"));
  });

  it("are UTF-16 with its mark where ASCII does not do", () => {
    const file = rdpFile({ host: "h", computerName: "c", user: "zoë" });
    assert.deepEqual([...file.subarray(0, 2)], [0xff, 0xfe]);
    assert.match(file.toString("utf16le"), /username:s:c\\zoë\r\n/);
  });

  it("go through tunnels that are the same each time and meet nobody else's", () => {
    const names = Array.from({ length: 300 }, (_, index) => `m-${index}`);
    const ports = tunnelPorts("dev", names);
    assert.deepEqual(tunnelPorts("dev", [...names].reverse()), new Map([...ports].sort()));
    assert.equal(new Set(ports.values()).size, 300);
    for (const port of ports.values()) assert.ok(port >= 20_000 && port < 30_000, String(port));
    assert.notEqual(
      tunnelPorts("dev", ["m-1"]).get("m-1"),
      tunnelPorts("prod", ["m-1"]).get("m-1"),
    );
    assert.equal(
      tunnelPorts(
        "dev",
        Array.from({ length: 10_000 }, (_, i) => `${i}`),
      ).size,
      10_000,
    );
    assert.throws(
      () =>
        tunnelPorts(
          "dev",
          Array.from({ length: 10_001 }, (_, i) => `${i}`),
        ),
      /10000/,
    );
  });
});
