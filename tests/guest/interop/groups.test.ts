import * as assert from "node:assert/strict";
import { itNeeds } from "../missing";
import { keyPool } from "../native/build";
import { buildInterop } from "./build";
import { InteropNetwork, type Caller } from "./caller";

const month = String(28 * 24 * 60 * 60);
const day = String(24 * 60 * 60);

/** A process on a machine with an identity and grouping started. */
interface Member {
  caller: Caller;
  identity: string;
  credential: string;
}

describe("guest/PeerLab, the wrappers of groups over the native double", function () {
  this.timeout(60_000);
  const built = buildInterop();
  if ("unavailable" in built) {
    itNeeds("call p2p.dll as documented", built.unavailable);
    return;
  }
  let network: InteropNetwork;
  beforeEach(() => (network = new InteropNetwork(built)));
  afterEach(() => network.close());

  async function member(machine: string, settings: string[] = []): Promise<Member> {
    const caller = network.open(machine, settings);
    const identity = await caller.one("create", machine, machine);
    await caller.call("startGrouping");
    return { caller, identity, credential: await caller.one("credential", identity) };
  }

  /** The same user in another process. */
  async function again(machine: string, settings: string[] = []): Promise<Member> {
    const caller = network.open(machine, settings);
    const identity = (await caller.call("list"))[0]!;
    await caller.call("startGrouping");
    return { caller, identity, credential: await caller.one("credential", identity) };
  }

  async function createGroup({ caller, identity }: Member) {
    const handle = await caller.one("createGroup", identity, "lab", "The lab", "About", month);
    return { handle, name: await caller.one("groupName", handle) };
  }

  const has = (status: string) => (fields: string[]) => fields[0] === status;

  it("make a group, connect it and list its creator", async () => {
    const alpha = await member("alpha");
    const { handle, name } = await createGroup(alpha);
    assert.match(name, /^[0-9a-f]{40}\.lab$/);
    const { caller, identity } = alpha;
    assert.deepEqual(await caller.call("groups", identity), [name, "The lab"]);
    assert.equal(await caller.one("creator", handle), identity);
    assert.equal(await caller.one("memberLifetime", handle), month);
    assert.equal(await caller.one("status", handle), "");
    const events = await caller.one("events", handle);
    await caller.call("connect", handle);
    assert.equal(await caller.one("status", handle), "listening");
    assert.deepEqual(await caller.call("takeEvents", events), ["status listening"]);
    assert.deepEqual(await caller.call("takeEvents", events), []);
    const [listed, ...others] = await caller.call("members", handle);
    assert.match(listed!, new RegExp(`^${identity} administrator present \\d{4}-.*Z$`));
    assert.deepEqual(others, []);
    await caller.call("end", events);
  });

  it("invite, join, synchronise and tell of each other", async () => {
    const alpha = await member("alpha");
    const beta = await member("beta");
    const { handle, name } = await createGroup(alpha);
    const events = await alpha.caller.one("events", handle);
    await alpha.caller.call("connect", handle);
    const invitation = await alpha.caller.one("invite", handle, beta.credential, "member", day);
    const parsed = await beta.caller.call("parseInvitation", invitation);
    assert.deepEqual(parsed.slice(0, 4), [name, "The lab", beta.identity, alpha.identity]);
    assert.ok(Math.abs(Date.parse(parsed[4]!) - Date.now() - 86_400_000) < 60_000);

    const joined = await beta.caller.one("joinGroup", beta.identity, invitation);
    assert.equal(await beta.caller.code("creator", joined), "PEER_E_GROUP_NOT_READY");
    assert.deepEqual(await beta.caller.call("members", joined), []);
    await beta.caller.call("connect", joined);
    await beta.caller.until(has("connected"), "status", joined);
    assert.equal(await beta.caller.one("creator", joined), alpha.identity);
    const members = await beta.caller.call("members", joined);
    assert.deepEqual(
      members.map((text) => text.split(" ").slice(0, 3).join(" ")),
      [`${beta.identity} member present`, `${alpha.identity} administrator present`],
    );
    await alpha.caller.until(has("connected"), "status", handle);
    assert.deepEqual(await alpha.caller.call("takeEvents", events), [
      "status listening",
      "status connected",
      `member 1 ${beta.identity}`,
    ]);

    await beta.caller.kill();
    const told = await alpha.caller.until(
      (fields) => fields.includes(`member 2 ${beta.identity}`),
      "takeEvents",
      events,
    );
    assert.ok(told.includes("status listening"));
    const [, absent] = await alpha.caller.call("members", handle);
    assert.match(absent!, new RegExp(`^${beta.identity} member absent`));
    await alpha.caller.call("end", events);
  });

  it("open a group again in another process of the user", async () => {
    const alpha = await member("alpha");
    const { name } = await createGroup(alpha);
    const later = await again("alpha");
    const handle = await later.caller.one("openGroup", later.identity, name);
    await later.caller.call("connect", handle);
    assert.equal(await later.caller.one("status", handle), "listening");
  });

  it("invite no one beyond their own role and time", async () => {
    const alpha = await member("alpha");
    const beta = await member("beta");
    const gamma = await member("gamma");
    const { handle } = await createGroup(alpha);
    await alpha.caller.call("connect", handle);
    const join = async (who: Member, role: string) => {
      const invitation = await alpha.caller.one("invite", handle, who.credential, role, day);
      const own = await who.caller.one("joinGroup", who.identity, invitation);
      await who.caller.call("connect", own);
      await who.caller.until(has("connected"), "status", own);
      return own;
    };
    const inviting = await join(beta, "invitingMember");
    const plain = await join(gamma, "member");
    const half = String(Number(day) / 2);
    const { credential } = await member("delta");
    for (const [caller, own, role, seconds, code] of [
      [beta.caller, inviting, "member", half, "S_OK"],
      [beta.caller, inviting, "invitingMember", half, "S_OK"],
      [beta.caller, inviting, "administrator", half, "PEER_E_NOT_AUTHORIZED"],
      [beta.caller, inviting, "member", month, "PEER_E_INVALID_TIME_PERIOD"],
      [beta.caller, inviting, "member", "-60", "PEER_E_INVALID_TIME_PERIOD"],
      [gamma.caller, plain, "member", half, "PEER_E_NOT_AUTHORIZED"],
      [alpha.caller, handle, "administrator", month, "S_OK"],
    ] as const) {
      assert.equal(await caller.code("invite", own, credential, role, seconds), code, role);
    }
    const altered = credential.replace("VERSION", "version");
    assert.equal(
      await alpha.caller.code("invite", handle, altered, "member", half),
      "E_INVALIDARG",
    );
    assert.equal(
      await beta.caller.code("renew", inviting, gamma.identity, half),
      "PEER_E_NOT_AUTHORIZED",
    );
  });

  it("trust no invitation that was altered, is another's, or is out of its time", async () => {
    const alpha = await member("alpha");
    const beta = await member("beta");
    const { handle } = await createGroup(alpha);
    const invitation = await alpha.caller.one("invite", handle, beta.credential, "member", day);
    const at = invitation.indexOf("base64") + 300;
    const other = invitation[at] === "A" ? "B" : "A";
    for (const [text, code] of [
      [invitation.slice(0, at) + other + invitation.slice(at + 1), "PEER_E_INVITATION_NOT_TRUSTED"],
      [`${invitation}\n`, "PEER_E_INVITATION_NOT_TRUSTED"],
      ["<PEERINVITATION/>", "PEER_E_INVITATION_NOT_TRUSTED"],
      [invitation.replace('"1.0"', '"2.0"'), "PEER_E_UNSUPPORTED_VERSION"],
    ] as const) {
      assert.equal(await beta.caller.code("parseInvitation", text), code);
      assert.equal(await beta.caller.code("joinGroup", beta.identity, text), code);
    }
    const stranger = await member("gamma");
    assert.equal(
      await stranger.caller.code("joinGroup", stranger.identity, invitation),
      "PEER_E_INVITATION_NOT_TRUSTED",
    );
    for (const clock of ["-86400", "172800"]) {
      const skewed = await again("beta", [`clock=${clock}`]);
      assert.equal(
        await skewed.caller.code("joinGroup", skewed.identity, invitation),
        "PEER_E_INVALID_TIME_PERIOD",
      );
    }
  });

  it("fail by event where nobody is there to synchronise with", async () => {
    const alpha = await member("alpha");
    const beta = await member("beta", ["connect-patience=100"]);
    const { handle } = await createGroup(alpha);
    const invitation = await alpha.caller.one("invite", handle, beta.credential, "member", day);
    const joined = await beta.caller.one("joinGroup", beta.identity, invitation);
    const events = await beta.caller.one("events", joined);
    await beta.caller.call("connect", joined);
    assert.deepEqual(
      await beta.caller.until(([failure]) => failure !== "", "takeFailure", events),
      ["PEER_E_CONNECTION_FAILED"],
    );
    assert.equal(await beta.caller.one("status", joined), "");
    assert.equal(
      await beta.caller.code("invite", joined, alpha.credential, "member", "600"),
      "PEER_E_GROUP_NOT_READY",
    );
    await beta.caller.call("end", events);
  });

  it("connect by address where the cloud shows nobody", async () => {
    const alpha = await member("alpha");
    const { handle } = await createGroup(alpha);
    await alpha.caller.call("connect", handle);
    const beta = await member("beta", ["cloud=alone"]);
    const invitation = await alpha.caller.one("invite", handle, beta.credential, "member", day);
    const joined = await beta.caller.one("joinGroup", beta.identity, invitation);
    await beta.caller.call("connect", joined);
    assert.equal(await beta.caller.one("status", joined), "");
    await beta.caller.call("connectByAddress", joined, "fd00::1");
    await beta.caller.until(has("connected"), "status", joined);
  });

  it("connect where one side gets through to the other, and not where neither does", async () => {
    const alpha = await member("alpha", ["inbound=dropped"]);
    const { handle } = await createGroup(alpha);
    await alpha.caller.call("connect", handle);
    const join = async (who: Member) => {
      const invitation = await alpha.caller.one("invite", handle, who.credential, "member", day);
      const joined = await who.caller.one("joinGroup", who.identity, invitation);
      await who.caller.call("connect", joined);
      return joined;
    };
    const beta = await member("beta");
    await beta.caller.until(has("connected"), "status", await join(beta));
    await beta.caller.kill();
    const gamma = await member("gamma", ["inbound=dropped"]);
    assert.equal(await gamma.caller.one("status", await join(gamma)), "");
    assert.equal(await alpha.caller.one("status", handle), "listening");
  });

  it("tell by event why a connection failed", async () => {
    const alpha = await member("alpha", ["connect-failure=80630109"]);
    const { handle } = await createGroup(alpha);
    const events = await alpha.caller.one("events", handle);
    await alpha.caller.call("connect", handle);
    assert.equal(await alpha.caller.one("status", handle), "");
    assert.deepEqual(await alpha.caller.call("takeEvents", events), [
      "failed PEER_E_CONNECTION_FAILED",
    ]);
    await alpha.caller.call("end", events);
  });

  it("hand the right to invite on for 24 links, and no further", async () => {
    const caller = network.open("alpha", [], { PEER_DOUBLE_KEYS: keyPool() });
    await caller.call("startGrouping");
    const creator = await caller.one("create", "1", null);
    let own = await caller.one("createGroup", creator, "lab", "The lab", null, month);
    await caller.call("connect", own);
    const invite = async (name: string, link: number) => {
      const credential = await caller.one("credential", name);
      // No credential outlives that of its issuer.
      const seconds = String(Number(day) - link * 60);
      return caller.one("invite", own, credential, "administrator", seconds);
    };
    for (let link = 2; link <= 24; link++) {
      const next = await caller.one("create", String(link), null);
      own = await caller.one("joinGroup", next, await invite(next, link));
      await caller.call("connect", own);
      await caller.until(has("connected"), "status", own);
    }
    const last = await caller.one("create", "25", null);
    await assert.rejects(invite(last, 25), /PEER_E_CHAIN_TOO_LONG/);
  });

  it("tell the cloud, the service and IPv6 that are not there", async () => {
    const alpha = await member("alpha");
    const { name } = await createGroup(alpha);
    for (const [setting, code] of [
      ["pnrp=stopped", "ERROR_SERVICE_DEPENDENCY_FAIL"],
      ["ipv6=off", "PEER_E_IPV6_NOT_INSTALLED"],
      ["license=none", "PEER_E_NOT_LICENSED"],
    ] as const) {
      assert.equal(await network.open("alpha", [setting]).code("startGrouping"), code);
    }
    const without = await again("alpha", ["cloud=none"]);
    assert.equal(
      await without.caller.code("createGroup", without.identity, "b", "B", null, month),
      "PEER_E_NO_CLOUD",
    );
    const handle = await without.caller.one("openGroup", without.identity, name);
    const events = await without.caller.one("events", handle);
    await without.caller.call("connect", handle);
    assert.equal(await without.caller.one("takeFailure", events), "PEER_E_NO_CLOUD");
    await without.caller.call("end", events);
  });

  it("refuse properties that the pages refuse", async () => {
    const { caller, identity } = await member("alpha");
    for (const [classifier, name, comment, seconds, code] of [
      ["x".repeat(150), "a", null, month, "PEER_E_INVALID_CLASSIFIER"],
      ["a", "x".repeat(256), null, month, "PEER_E_INVALID_GROUP_PROPERTIES"],
      ["a", "a", "x".repeat(256), month, "PEER_E_INVALID_GROUP_PROPERTIES"],
      ["a", "a", null, "3600", "PEER_E_INVALID_GROUP_PROPERTIES"],
      ["a", "a", null, String(11 * 365 * 24 * 3600), "PEER_E_INVALID_GROUP_PROPERTIES"],
    ] as const) {
      assert.equal(
        await caller.code("createGroup", identity, classifier, name, comment, seconds),
        code,
      );
    }
    const missing = `${"0".repeat(40)}.a`;
    assert.equal(
      await caller.code("createGroup", missing, "a", "a", null, month),
      "PEER_E_IDENTITY_NOT_FOUND",
    );
    assert.equal(await caller.code("openGroup", identity, missing), "PEER_E_NOT_FOUND");
    assert.equal(await caller.code("deleteGroup", identity, missing), "PEER_E_NOT_FOUND");
  });

  it("renew a credential, which its owner picks up, and lose it when it ends", async () => {
    const alpha = await member("alpha");
    const beta = await member("beta");
    const { handle, name } = await createGroup(alpha);
    await alpha.caller.call("connect", handle);
    const invitation = await alpha.caller.one("invite", handle, beta.credential, "member", day);
    const joined = await beta.caller.one("joinGroup", beta.identity, invitation);
    await beta.caller.call("connect", joined);
    await beta.caller.until(has("connected"), "status", joined);
    const [before] = await beta.caller.call("members", joined);
    await alpha.caller.call("renew", handle, beta.identity, month);
    const [after] = await beta.caller.until(([own]) => own !== before, "members", joined);
    const ends = Date.parse(after!.split(" ")[3]!);
    assert.ok(Math.abs(ends - Date.now() - Number(month) * 1000) < 60_000);
    assert.equal(
      await alpha.caller.code("renew", handle, `${"0".repeat(40)}.a`, month),
      "PEER_E_IDENTITY_NOT_FOUND",
    );

    const late = [`clock=${Number(month) + 60}`];
    const lateAlpha = await again("alpha", late);
    const seen = await lateAlpha.caller.one("openGroup", lateAlpha.identity, name);
    assert.equal((await lateAlpha.caller.call("members", seen)).length, 1);
    const lateBeta = await again("beta", late);
    const ended = await lateBeta.caller.one("openGroup", lateBeta.identity, name);
    const events = await lateBeta.caller.one("events", ended);
    await lateBeta.caller.call("connect", ended);
    assert.equal(await lateBeta.caller.one("takeFailure", events), "PEER_E_INVALID_TIME_PERIOD");
    await lateBeta.caller.call("end", events);
  });

  it("delete a group, whose handles are worth nothing then, before its identity", async () => {
    const { caller, identity } = await member("alpha");
    const { handle, name } = await createGroup({ caller, identity, credential: "" });
    assert.equal(await caller.code("delete", identity), "PEER_E_GROUPS_EXIST");
    await caller.call("deleteGroup", identity, name);
    assert.equal(await caller.code("status", handle), "PEER_E_INVALID_GROUP");
    assert.equal(await caller.code("connect", handle), "PEER_E_INVALID_GROUP");
    await caller.call("end", handle);
    assert.deepEqual(await caller.call("groups", identity), []);
    await caller.call("delete", identity);
  });
});
