import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair } from "jose";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { RecordThread, type RecordThreadOptions } from "../../../src/hosts/records/RecordThread.ts";
import { NodeSource } from "../../../src/records/stores/node/NodeSource.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { testDecision } from "../../records/chain/testChain.ts";
import { eventually } from "../../run/eventually.ts";

const SCRIPT = fileURLToPath(new URL("recordScript.ts", import.meta.url));
const CLUSTER = "production";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-records-"));
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  vi.stubEnv("POSTERN_RECORDS_DIR", join(folder, "store"));
  vi.stubEnv("POSTERN_RECORDS_KEY", JSON.stringify(await exportJWK(privateKey)));
  return async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  };
});

async function start(more: Partial<RecordThreadOptions> = {}): Promise<RecordThread> {
  const thread = await RecordThread.start({ script: SCRIPT, args: [], log: memoryLog(), ...more });
  onTestFinished(() => thread.close());
  return thread;
}

async function recordedNames(): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { text } of new NodeSource(join(folder, "store")).lines(CLUSTER)) {
    const { decision } = JSON.parse(text);
    if (decision !== undefined) names.push(decision.request.name);
  }
  return names;
}

describe("RecordThread", () => {
  it("records decisions", async () => {
    const thread = await start();
    const receipts = await Promise.all([0, 1, 2].map((number) => thread.record(testDecision(number, CLUSTER))));
    expect(receipts.map(({ seq }) => seq)).toEqual([0, 1, 2]);
    expect(await recordedNames()).toEqual(["web-0", "web-1", "web-2"]);
  });

  it("does not start while another process has the store", async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: "store-in-use" });
  });

  it("does not start with a setting that cannot be used", async () => {
    vi.stubEnv("POSTERN_RECORDS_KEEP_DAYS", "none");
    await expect(start()).rejects.toMatchObject({ code: "wrong-setting" });
  });

  it("does not start with a script that cannot be loaded", async () => {
    await expect(start({ args: ["--broken"] })).rejects.toMatchObject({ code: "store-unavailable" });
  });

  it("says why a decision is not recorded, and records again when that is mended", async () => {
    const blocked = join(folder, "store");
    await writeFile(blocked, "");
    const thread = await start();
    await expect(thread.record(testDecision(0, CLUSTER))).rejects.toMatchObject({
      code: "store-unavailable",
      message: expect.stringContaining(blocked),
    });
    await rm(blocked);
    await thread.record(testDecision(1, CLUSTER));
    expect(await recordedNames()).toEqual(["web-1"]);
  });

  it("fails what waits when the thread ends, and starts another one", async () => {
    const log = memoryLog();
    const thread = await start({ log });
    const waiting = [13, 14].map((number) => thread.record(testDecision(number, CLUSTER)));
    expect(await Promise.allSettled(waiting)).toMatchObject([
      { reason: { code: "store-unavailable" } },
      { reason: { code: "store-unavailable" } },
    ]);
    expect(log.lines).toMatchObject([{ level: "error", message: "the thread for records ended; it starts again" }]);
    await expect(thread.record(testDecision(0, CLUSTER))).rejects.toMatchObject({ code: "store-unavailable" });
    await eventually("a receipt of another thread", () =>
      thread.record(testDecision(1, CLUSTER)).catch(() => undefined),
    );
    expect(await recordedNames()).toEqual(["web-1"]);
  });

  it("fails a decision of another form, and none of the others", async () => {
    const thread = await start();
    const [odd, other] = [testDecision(0, CLUSTER), testDecision(1, CLUSTER)];
    const verdict = { ...odd.verdict, code: 400.5 };
    const outcomes = await Promise.allSettled([thread.record(other), thread.record({ ...odd, verdict })]);
    expect(outcomes).toMatchObject([{ value: { seq: 0 } }, { reason: { code: "store-unavailable" } }]);
    await thread.record(testDecision(2, CLUSTER));
    expect(await recordedNames()).toEqual(["web-1", "web-2"]);
  });

  it("fails what waits when it is closed", async () => {
    const thread = await start();
    const waiting = thread.record(testDecision(0, CLUSTER));
    thread.close();
    await expect(waiting).rejects.toMatchObject({ code: "store-unavailable" });
    expect(thread.size).toBe(0);
  });
});
