import assert from "node:assert/strict";
import { ConcurrentUpdateError } from "@pulumi/pulumi/automation";
import type { Lock } from "../../engine/lock";
import { LockedError, takeStage, whenFree } from "../../rollout/locks";
import type { Happening } from "../../rollout/plan/progress";
import type { Stage } from "../../rollout/stage";
import { rollout, stage } from "./exampleRollout";

const stderr =
  "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file.\n" +
  "  file:///state/.pulumi/locks/x.json: created by ada@desk (pid 4711) at 2026-11-23T15:00:00Z";
const Conflict = ConcurrentUpdateError as unknown as new (result: object) => ConcurrentUpdateError;
const locked = () => new Conflict({ toString: () => `code: 255\n stderr: ${stderr}` });

describe("rollout/locks", () => {
  const told: Happening[] = [];
  let tries: number;
  beforeEach(() => {
    told.length = 0;
    tries = 0;
  });

  /** A stack that somebody else has for the first tries, each of which takes ten minutes. */
  const run = (
    whenLocked: "stop" | "wait",
    busy: number,
    signal = new AbortController().signal,
  ) => {
    const context = {
      signal,
      emit: (event: Happening) => void told.push(event),
      now: () => new Date(tries * 600_000),
    };
    const definition = { whenLocked, lockTimeoutSeconds: 1_500 };
    const stage = { name: "prod", definition } as unknown as Stage;
    const act = () => {
      tries += 1;
      return tries > busy ? Promise.resolve("done") : Promise.reject(locked());
    };
    return whenFree(context, stage, "update", act, () => Promise.resolve());
  };
  const owner = "by ada@desk (pid 4711) since 2026-11-23T15:00:00Z";

  it("stops at once and names the owner of the engine's lock", async () => {
    await assert.rejects(run("stop", 1), (error: LockedError) => {
      assert.equal(error.message, `stages.prod: its stack is in use ${owner}`);
      return true;
    });
    assert.equal(tries, 1);
  });

  it("waits until the stack is free, and says once for whom", async () => {
    assert.equal(await run("wait", 2), "done");
    assert.deepEqual(told, [
      {
        ...{ kind: "stage", stage: "prod", standing: "waiting", phase: "update" },
        detail: `waits for its stack, in use ${owner}`,
      },
    ]);
  });

  it("waits no longer than its timeout, and not after a request to end", async () => {
    await assert.rejects(run("wait", 100), LockedError);
    assert.equal(tries, 3);
    tries = 0;
    await assert.rejects(run("wait", 100, AbortSignal.abort()), LockedError);
    assert.equal(tries, 1);
  });

  describe("of a folder, which another rollout holds", () => {
    /** Held by somebody for the first tries, each of which takes ten minutes. */
    const take = (whenLocked: "stop" | "wait", busy: number) => {
      const holder = { pid: 4711, host: "desk" };
      const journal = {
        take: (): Lock => {
          tries += 1;
          return tries > busy ? { acquired: true, release: () => {} } : { acquired: false, holder };
        },
      };
      const context = {
        ...{ signal: new AbortController().signal, now: () => new Date(tries * 600_000) },
        emit: (event: Happening) => void told.push(event),
        definition: rollout([[stage("prod", { whenLocked, lockTimeoutSeconds: 1_500 })]]),
      };
      return takeStage(context, journal, "prod", () => Promise.resolve());
    };
    const other = "by another rollout of this folder (process 4711 on desk)";

    it("is waited for, too, and it is said once for whom", async () => {
      assert.ok((await take("wait", 2)).acquired);
      assert.deepEqual(told, [
        {
          ...{ kind: "stage", stage: "prod", standing: "waiting", phase: "preview" },
          detail: `waits for its stack, in use ${other}`,
        },
      ]);
    });

    it("stops at once, or after the timeout, and names the other", async () => {
      const message = `stages.prod: its stack is in use ${other}`;
      await assert.rejects(take("stop", 1), { name: "LockedError", message });
      assert.equal(tries, 1);
      tries = 0;
      await assert.rejects(take("wait", 100), { name: "LockedError", message });
      assert.equal(tries, 3);
    });
  });

  it("passes on every other error", async () => {
    const context = { signal: new AbortController().signal, emit: () => {}, now: () => new Date() };
    const stage = { name: "prod", definition: { whenLocked: "wait" } } as unknown as Stage;
    const failing = () => Promise.reject(new Error("another"));
    await assert.rejects(whenFree(context, stage, "update", failing), /^Error: another$/);
  });
});
