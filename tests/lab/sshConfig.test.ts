import * as assert from "node:assert/strict";
import { endpoint, sshConfig, sshLine, type SshConfigOptions } from "../../lab/sshConfig";

const options: SshConfigOptions = {
  stack: "dev",
  command: "npm run lab -- connect",
  config: "/lab/config",
  knownHosts: "/lab/known_hosts",
};
const jumpHost = {
  host: "jump.example",
  user: "jump",
  hostKey: "ssh-ed25519 SlVNUA== of the jump host",
};
const machine = (key: string, changes: object = {}) => ({
  machine: key,
  connection: {
    host: "10.80.0.4",
    port: 22,
    user: "labuser",
    hostKey: "ssh-ed25519 QURB",
    jumpHost,
    ...changes,
  },
});
/** The lines of one host's block. */
const blockOf = (config: string, name: string) => {
  const block = config.split("\n\n").find((part) => part.startsWith(`Host ${name}\n`));
  return (block ?? assert.fail(`no ${name} in ${config}`))
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
};
/** What of an option a block says; undefined where nothing. */
const said = (config: string, name: string, option: string) =>
  blockOf(config, name)
    .find((line) => line.startsWith(`${option} `))
    ?.slice(option.length + 1);

describe("lab: OpenSSH's configuration for a lab", () => {
  it("checks machine and jump host by their pinned keys alone, whatever their addresses", () => {
    const { config, knownHosts, machines, remarks } = sshConfig([machine("ada-1")], options);
    assert.deepEqual([machines, remarks], [["ada-1"], []]);
    assert.deepEqual(blockOf(config, "ada-1"), [
      "HostName 10.80.0.4",
      "Port 22",
      "User labuser",
      "HostKeyAlias ada-1",
      "UserKnownHostsFile /lab/known_hosts",
      "GlobalKnownHostsFile none",
      "StrictHostKeyChecking yes",
      "UpdateHostKeys no",
      "CheckHostIP no",
      "ProxyJump jump-host",
      "PreferredAuthentications password",
      "PubkeyAuthentication no",
    ]);
    assert.equal(said(config, "jump-host", "StrictHostKeyChecking"), "yes");
    assert.equal(said(config, "jump-host", "HostKeyAlias"), "jump-host");
    assert.deepEqual(knownHosts.trimEnd().split("\n").slice(1), [
      "jump-host,jump.example ssh-ed25519 SlVNUA==",
      "ada-1,10.80.0.4 ssh-ed25519 QURB",
    ]);
    for (const text of [config, knownHosts])
      assert.match(text, /^# Written by "npm run lab -- connect" .* dev/);
  });

  it("names a port that is not 22 with its host, IPv6 addresses too", () => {
    const { config, knownHosts } = sshConfig(
      [machine("ada-1", { host: "fd5a::4", port: 2222, jumpHost: undefined })],
      options,
    );
    assert.equal(said(config, "ada-1", "HostName"), "fd5a::4");
    assert.match(knownHosts, /^ada-1,\[fd5a::4\]:2222 ssh-ed25519 QURB$/m);
    assert.equal(said(config, "ada-1", "ProxyJump"), undefined);
    assert.doesNotMatch(config, /jump-host/);
  });

  it("lets the client ask where no key is pinned, never check nothing, and says so", () => {
    const { config, knownHosts, remarks } = sshConfig(
      [machine("ada-1", { hostKey: undefined, jumpHost: { ...jumpHost, hostKey: "no key" } })],
      options,
    );
    for (const name of ["ada-1", "jump-host"]) {
      assert.equal(said(config, name, "StrictHostKeyChecking"), "ask");
      assert.equal(said(config, name, "UserKnownHostsFile"), undefined);
    }
    assert.equal(knownHosts.trimEnd().split("\n").length, 1);
    assert.match(
      remarks.join("\n"),
      /^No host key of the jump host jump\.example is pinned.*jumpHost\.hostKey/m,
    );
    assert.match(remarks.join("\n"), /^No host key of the machine ada-1 is pinned/m);
  });

  it("takes each jump host once, under a name that no machine has", () => {
    const other = { ...jumpHost, host: "other.example" };
    const machines = [
      machine("jump-host"),
      machine("ada-1"),
      machine("ada-2", { jumpHost: other }),
    ];
    const { config } = sshConfig(machines, options);
    assert.equal(said(config, "ada-1", "ProxyJump"), "jump-host-2");
    assert.equal(said(config, "jump-host", "ProxyJump"), "jump-host-2");
    assert.equal(said(config, "ada-2", "ProxyJump"), "jump-host-3");
    assert.equal(said(config, "jump-host-3", "HostName"), "other.example");
    assert.equal(config.match(/^Host /gm)?.length, 6);
  });

  it("takes the key file of the jump host for the jump host alone", () => {
    const { config } = sshConfig([machine("ada-1")], { ...options, jumpIdentity: "/my keys/jump" });
    assert.equal(said(config, "jump-host", "IdentityFile"), '"/my keys/jump"');
    assert.equal(said(config, "jump-host", "IdentitiesOnly"), "yes");
    assert.equal(said(config, "ada-1", "IdentityFile"), undefined);
  });

  it("quotes folders with blanks, through the jump host too, where OpenSSH itself does not", () => {
    const { config } = sshConfig([machine("ada-1")], {
      ...options,
      config: "C:/my 100% lab/config",
      knownHosts: "C:/my 100% lab/known_hosts",
    });
    assert.equal(said(config, "ada-1", "UserKnownHostsFile"), '"C:/my 100%% lab/known_hosts"');
    assert.equal(said(config, "ada-1", "ProxyJump"), undefined);
    assert.equal(
      said(config, "ada-1", "ProxyCommand"),
      'ssh -F "C:/my 100%% lab/config" -W "[%h]:%p" jump-host',
    );
  });

  for (const path of [
    '/a"b/config',
    "/a$b/config",
    "/a`b/config",
    "C:\\lab\\config",
    "/a\nb/config",
  ]) {
    it(`refuses ${JSON.stringify(path)}, which cannot be quoted everywhere`, () => {
      assert.throws(
        () => sshConfig([machine("ada-1")], { ...options, config: path }),
        /cannot name .*allowed is a path without quotation marks/,
      );
    });
  }

  it("leaves out what could be taken for something else than a host, a user or a name", () => {
    const { config, machines, remarks } = sshConfig(
      [
        machine("ada *"),
        machine("-oProxyCommand=x"),
        machine("ada-1", { user: 'a"b' }),
        machine("ada-2", { host: "-x" }),
        machine("ada-3", { host: "10.0.0.1\nProxyCommand x" }),
        machine("ada-4", { user: "lab user" }),
      ],
      options,
    );
    assert.deepEqual(machines, ["ada-4"]);
    assert.equal(remarks.length, 5);
    for (const remark of remarks) assert.match(remark, /is left out: OpenSSH/);
    assert.equal(said(config, "ada-4", "User"), '"lab user"');
    assert.doesNotMatch(config, /ProxyCommand/);
  });

  it("shows lines that any shell takes", () => {
    assert.equal(
      sshLine(".peerlab/ssh/dev/config", "ada-1"),
      "ssh -F .peerlab/ssh/dev/config ada-1",
    );
    assert.equal(sshLine("/a b/config", "ada-1"), 'ssh -F "/a b/config" ada-1');
    assert.equal(endpoint("10.0.0.1", 3389), "10.0.0.1:3389");
    assert.equal(endpoint("fd00::1", 3389), "[fd00::1]:3389");
  });
});
