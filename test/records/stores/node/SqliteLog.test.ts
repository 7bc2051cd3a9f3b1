import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { EMPTY_CHAIN } from "../../../../src/records/chain/ChainHead.ts";
import { openLogDatabase } from "../../../../src/records/stores/node/openLogDatabase.ts";
import { SqliteLog } from "../../../../src/records/stores/node/SqliteLog.ts";
import type { DecisionKey, LoggedBatch } from "../../../../src/records/writer/RecordLog.ts";
import { growthOf } from "../../../run/growthOf.ts";
import { testDecision } from "../../chain/testChain.ts";

const keyOf = (number: number): DecisionKey => ({
  call: (Math.imul(number + 1, 0x9e3779b1) >>> 0).toString(16).padStart(64, "0"),
  digest: "d".repeat(64),
  verdict: "e".repeat(64),
});

/** A log with one batch of this many records. */
function logOf(records: number): SqliteLog {
  const folder = mkdtempSync(join(tmpdir(), "postern-log-"));
  const db = openLogDatabase(folder);
  onTestFinished(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
  const log = new SqliteLog("production", db, Date.now);
  const decision = testDecision(0);
  const batch: LoggedBatch = {
    sealed: {
      cluster: "production",
      batch: 0,
      records: Array.from({ length: records }, (_, seq) => ({ text: "{}", leaf: keyOf(seq).call, seq, decision })),
      signed: "a.b.c",
      head: { ...EMPTY_CHAIN, batch: 1, seq: records },
    },
    keys: Array.from({ length: records }, (_, number) => keyOf(number)),
  };
  void log.append(batch, 0);
  return log;
}

it("finds the records of a call, whatever the length of the chain", async () => {
  const wanted = Array.from({ length: 50 }, (_, number) => keyOf(number));
  expect((await logOf(100).find(wanted)).map(({ seq }) => seq).sort((one, other) => one - other)).toEqual(
    wanted.map((_, number) => number),
  );
  // Each of eight times as many records has a deeper index at most.
  expect(growthOf(2_000, logOf, (log) => log.find(wanted))).toBeLessThan(3);
});
