import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import type { SetPasswordReport } from "../../../guest/contract";
import { passwordCommand } from "../../../guest/password";
import type { Logon, Machine } from "../../../local/windows";
import { execute, passwordLogon, SessionEnded } from "../../../local/windows";
import { lockoutThreshold } from "../../../local/windows/accounts";
import { readGuestText } from "../../guest/files";
import {
  copiedGuestFiles,
  createMachine,
  labPassword,
  labUser,
  openLab,
  readyMachine,
  type Lab,
} from "./lab";

const newPassword = "Another-Horse-8-Battery";

describe("local/windows, the change of a password", () => {
  let lab: Lab;
  let machine: Machine;
  beforeEach(async () => {
    lab = openLab();
    machine = await createMachine(lab, "ada-1");
  });
  afterEach(() => lab.dispose());

  const session = async (password = labPassword): Promise<Logon> => {
    const logon = await passwordLogon(machine, labUser, password);
    if (typeof logon === "string") throw new Error(logon);
    return logon;
  };
  const run = async (
    request: object,
    logon?: Logon,
    commandLine = passwordCommand(readGuestText),
  ) => {
    const complete = {
      contract: 1,
      instance: machine.record.vmId,
      oldPassword: labPassword,
      newPassword,
      ...request,
    };
    return execute({
      machine,
      logon: logon ?? (await session()),
      commandLine,
      readStandardInput: async () => Buffer.from(JSON.stringify(complete)),
      session: new AbortController().signal,
    });
  };
  const failure = async (request: object, logon?: Logon) => {
    const { exitCode, stdout, stderr } = await run(request, logon);
    assert.equal(exitCode, 1);
    assert.equal(stdout, "");
    for (const secret of [labPassword, newPassword]) assert.ok(!stderr.includes(secret));
    return JSON.parse(stderr) as { code: string; hresult?: string; hint: string };
  };
  const opens = async (password: string) =>
    typeof (await passwordLogon(machine, labUser, password)) !== "string";

  it("takes effect for the next logon, before any guest file is there, and says so", async () => {
    const { exitCode, stdout, stderr } = await run({});
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(JSON.parse(stdout) as SetPasswordReport, {
      contract: 1,
      computerName: "ada-1",
      instance: machine.record.vmId,
      changed: true,
    });
    assert.deepEqual([await opens(labPassword), await opens(newPassword)], [false, true]);
  });

  it("changes nothing where both are the same", async () => {
    const { stdout } = await run({ newPassword: labPassword });
    assert.equal((JSON.parse(stdout) as SetPasswordReport).changed, false);
    assert.equal(await opens(labPassword), true);
  });

  it("keeps the user's keys usable: in later sessions, in the session that did it, and over a second change", async () => {
    const logon = await session();
    const peerName = await machine.identities(logon).create("ada", "mine");
    await run({}, logon);
    assert.equal(machine.identities(logon).testSignature(peerName), "usable");
    await run({ oldPassword: newPassword, newPassword: "Third-Horse-9-Battery" }, logon);
    const later = machine.identities(await session("Third-Horse-9-Battery"));
    assert.equal(later.testSignature(peerName), "usable");
  });

  it("is not what an administrator's reset from outside does: that loses the keys, and unlocks the account", async () => {
    const peerName = await machine.identities(await session()).create("ada", "mine");
    for (let attempt = 0; attempt < lockoutThreshold; attempt++) await opens("wrong");
    assert.equal(await opens(labPassword), false, "locked");
    await lab.windows.resetPassword(machine.record.vmId, labUser, newPassword);
    const state = machine.identities(await session(newPassword)).testSignature(peerName);
    assert.equal(state, "NTE_BAD_KEY_STATE");
    await assert.rejects(
      lab.windows.resetPassword(machine.record.vmId, "nobody", newPassword),
      /ada-1 has no user nobody/,
    );
  });

  it("fails by name: wrong old password, locked account, a new one that the policy refuses", async () => {
    const logon = await session();
    const wrong = await failure({ oldPassword: "Wrong-Horse-7" }, logon);
    assert.deepEqual([wrong.code, wrong.hresult], ["ERROR_INVALID_PASSWORD", "0x80070056"]);
    for (const weak of ["aB1-", "allsmall7", `Aa1-${labUser.toUpperCase()}`]) {
      const { code, hresult, hint } = await failure({ newPassword: weak }, logon);
      assert.deepEqual([code, hresult], ["NERR_PasswordTooShort", "0x800708C5"], weak);
      assert.ok(!hint.includes(weak));
    }
    assert.equal(await opens(labPassword), true, "nothing was changed");
    for (let attempt = 0; attempt < lockoutThreshold; attempt++) await opens("wrong");
    const locked = await failure({}, logon);
    assert.deepEqual([locked.code, locked.hresult], ["ERROR_ACCOUNT_LOCKED_OUT", "0x80070775"]);
  });

  it("refuses another machine, another contract and half a request", async () => {
    assert.equal((await failure({ instance: crypto.randomUUID() })).code, "WrongMachine");
    assert.equal((await failure({ instance: "x" })).code, "InvalidRequest");
    assert.equal((await failure({ contract: 2 })).code, "ContractMismatch");
    assert.equal((await failure({ newPassword: "" })).code, "InvalidRequest");
    assert.equal(await opens(labPassword), true);
  });

  for (const [moment, changed] of [
    ["before", false],
    ["during", true],
    ["after", true],
  ] as const) {
    it(`whose connection is cut ${moment} its effect has ${changed ? "" : "not "}happened`, async () => {
      lab.faults.add({ kind: "dropConnection", match: "PeerLab password", moment, times: 1 });
      await assert.rejects(run({}), SessionEnded);
      assert.equal(await opens(newPassword), changed);
      lab.faults.add({ kind: "reboot", match: "ada-1", moment, times: 1 });
      const logon = await session(changed ? newPassword : labPassword);
      await assert.rejects(
        run({ oldPassword: changed ? newPassword : labPassword, newPassword }, logon),
        SessionEnded,
      );
    });
  }

  it("leaves no password in the journal, and there the script only by its title", async () => {
    await run({});
    const text = JSON.stringify(lab.journal.read());
    for (const secret of [labPassword, newPassword]) assert.ok(!text.includes(secret));
    assert.match(text, /-EncodedCommand \(# PeerLab password, contract 1\)/);
    assert.ok(!text.includes(passwordCommand(readGuestText).slice(-200)));
  });

  it("is the only encoded script that runs", async () => {
    const encoded = Buffer.from("hostname", "utf16le").toString("base64");
    const line = `powershell.exe -NoProfile -EncodedCommand ${encoded}`;
    const { exitCode, stderr } = await run({}, undefined, line);
    assert.equal(exitCode, 1);
    assert.match(stderr, /runs no encoded script but the change of a password/);
  });

  it("leaves a step that carries the old password without a task: identities need the new one", async () => {
    const ready = await readyMachine(lab, "bob-1");
    machine = ready;
    const logon = await session();
    await run({}, logon);
    lab.faults.add({ kind: "sessionCannotOpenKeys", match: "bob-1" });
    const ask = (userPassword: string) =>
      run(
        {
          guestFiles: copiedGuestFiles,
          userPassword,
          oldPassword: undefined,
          newPassword: undefined,
        },
        logon,
        "powershell.exe -File C:/ProgramData/PeerLab/peerlab.ps1 Get-PeerIdentity",
      );
    assert.match((await ask(labPassword)).stderr, /PEER_E_NO_KEY_ACCESS/);
    assert.equal((await ask(newPassword)).exitCode, 0);
  });
});
