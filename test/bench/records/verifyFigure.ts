import { hash } from "node:crypto";
import { verifyChain } from "../../../src/records/chain/verifyChain.ts";
import { textLines } from "../../../src/records/stores/textLines.ts";
import { testChain, testKey } from "../../records/chain/testChain.ts";
import { inChunks } from "../../records/chain/verifyLines.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";

const BATCH = 128;

/** CPU time of the verification of a chain in memory, in milliseconds, compared with one SHA-256 over the same bytes. */
export async function verifyFigure({ rounds, durationMs }: BenchSize): Promise<Figure> {
  const records = durationMs < 500 ? 2_560 : 10_240;
  const key = testKey();
  const chain = await testChain(Array<number>(records / BATCH).fill(BATCH), key);
  const bytes = Buffer.from(chain.batches.join(""));
  const verify = async (): Promise<number> => {
    const before = process.cpuUsage();
    const { keys } = key;
    const report = await verifyChain(textLines(inChunks(bytes), "chain"), { cluster: "production", keys });
    if (report.records !== records || report.findingCount > 0) throw new Error("the chain is not honest");
    return milliseconds(before);
  };
  const hashAll = async (): Promise<number> => {
    const times = 20;
    const before = process.cpuUsage();
    for (let left = times; left > 0; left -= 1) hash("sha256", bytes);
    return milliseconds(before) / times;
  };
  await verify();
  return {
    name: "records verify",
    compared: `CPU of the verification of ${records} records, batches of ${BATCH} : SHA-256 of the same bytes`,
    ratio: await measureRatio(rounds, verify, hashAll),
    unit: "ms",
  };
}

function milliseconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
