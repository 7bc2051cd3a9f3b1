import { setTimeout as sleep } from "node:timers/promises";
import type { SourceLine } from "../../../src/records/chain/RecordSource.ts";
import { TrustedKeys } from "../../../src/records/chain/verify/TrustedKeys.ts";
import { verifyChain } from "../../../src/records/chain/verifyChain.ts";
import { decisionRecordSchema } from "../../../src/records/decision/decisionSchema.ts";
import { scaled } from "../../run/speedFactor.ts";
import { SoakLoad } from "./SoakLoad.ts";
import { SOAK_CLUSTER, type SoakTarget } from "./SoakTarget.ts";

/** What a soak found. */
export interface SoakReport {
  readonly rounds: number;
  /** Reviews that have an answer. */
  readonly answered: number;
  /** Calls that were cut off, and those that got a 503. Both are sent again. */
  readonly cut: number;
  readonly refused: number;
  readonly records: number;
  readonly batches: number;
  /** From the start of a process after a kill to its first recorded answer: the median of all rounds, in milliseconds. */
  readonly recoveryMs: number;
  /** Answers whose record the chain has not. */
  readonly lost: number;
  /** Records of a review that has one already. */
  readonly duplicates: number;
  /** What the verification found, and answers that were neither a verdict nor a 503. */
  readonly faults: readonly string[];
}

/** How to run a soak. */
export interface SoakOptions {
  readonly rounds: number;
  /** A JWK: the public part of the key that the target signs with. */
  readonly publicKey: string;
  /** From 0 to 1: when in a round the gate is killed. */
  readonly random: () => number;
  readonly onRound?: (done: number, load: SoakLoad) => void;
}

/** The longest time from the first answer of a process until it is killed, in milliseconds on the reference machine. */
const ROUND_MS = 300;
/** A process that takes longer to answer is a fault. */
const START_LIMIT_MS = 60_000;

/**
 * Kills a gate under load again and again, with SIGKILL at random times. Then starts it once more, sends what has no answer, and
 * compares the chain with all answers.
 */
export async function soakRun(target: SoakTarget, options: SoakOptions): Promise<SoakReport> {
  const { rounds, random, onRound } = options;
  const load = new SoakLoad();
  const recoveries: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const startedAt = performance.now();
    const base = await target.start();
    const answered = load.nextAnswer().then(() => void recoveries.push(performance.now() - startedAt));
    await load.run(base, killLater(target, answered, scaled(ROUND_MS) * random()));
    onRound?.(round, load);
  }
  await load.finish(await target.start());
  recoveries.sort((one, other) => one - other);
  return { ...(await report(target, options, load)), recoveryMs: recoveries[recoveries.length >> 1] ?? Number.NaN };
}

async function killLater(target: SoakTarget, answered: Promise<void>, afterMs: number): Promise<void> {
  await Promise.race([answered, sleep(scaled(START_LIMIT_MS), undefined, { ref: false })]);
  await sleep(afterMs);
  await target.kill();
}

async function report(
  target: SoakTarget,
  { rounds, publicKey }: SoakOptions,
  load: SoakLoad,
): Promise<Omit<SoakReport, "recoveryMs">> {
  const uids = new Map<string, number>();
  const chain = await verifyChain(counted(target.lines(), uids), {
    cluster: SOAK_CLUSTER,
    keys: TrustedKeys.parse(publicKey),
    expected: [...load.receipts].map(([uid, leaf]) => ({ leaf, where: uid })),
  });
  const found = chain.findings.map(({ message, where }) => `${where}: ${message}`);
  const records = [...uids.values()].reduce((sum, count) => sum + count, 0);
  return {
    rounds,
    answered: load.receipts.size,
    cut: load.cut,
    refused: load.refused,
    records: chain.records,
    batches: chain.batches,
    lost: load.receipts.size - chain.receipts,
    duplicates: records - uids.size,
    faults: [...load.failures, ...found],
  };
}

/** The lines, while it counts the records of each uid. */
async function* counted(lines: AsyncIterable<SourceLine>, uids: Map<string, number>): AsyncIterable<SourceLine> {
  for await (const line of lines) {
    const record = decisionRecordSchema.safeParse(JSON.parse(line.text));
    if (record.success) {
      const { uid } = record.data.decision.request;
      uids.set(uid, (uids.get(uid) ?? 0) + 1);
    }
    yield line;
  }
}

/** Whether the soak found anything wrong. */
export function isSoakPassed({ lost, duplicates, faults, answered }: SoakReport): boolean {
  return lost === 0 && duplicates === 0 && faults.length === 0 && answered > 0;
}
