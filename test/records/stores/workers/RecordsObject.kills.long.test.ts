import { exportJWK, generateKeyPair } from "jose";
import { expect, it } from "vitest";
import type { SourceLine } from "../../../../src/records/chain/RecordSource.ts";
import type { SoakTarget } from "../../soak/SoakTarget.ts";
import { isSoakPassed, type SoakReport, soakRun } from "../../soak/soakRun.ts";
import { WorkerdTarget } from "../../soak/WorkerdTarget.ts";

/** One kill for each of `times`, which are parts of a round. `change` is what the immutable store does to the lines of the chain. */
async function soak(
  times: readonly number[],
  change: (lines: readonly SourceLine[]) => readonly SourceLine[],
): Promise<SoakReport> {
  const random = times.values();
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  const workerd = await WorkerdTarget.create({ key: JSON.stringify(await exportJWK(privateKey)) });
  const target: SoakTarget = {
    start: () => workerd.start(),
    kill: () => workerd.kill(),
    remove: () => workerd.remove(),
    async *lines() {
      const lines: SourceLine[] = [];
      for await (const line of workerd.lines()) lines.push(line);
      yield* change(lines);
    },
  };
  try {
    return await soakRun(target, {
      rounds: times.length,
      publicKey: JSON.stringify(await exportJWK(publicKey)),
      random: () => random.next().value ?? 0,
    });
  } finally {
    await target.remove();
  }
}

const isRoot = ({ text }: SourceLine): boolean => text.startsWith('{"batch"');

it("workerd is killed under load: every answer has its record, none has two, and the chain verifies", async () => {
  const report = await soak([0.3, 0.1], (lines) => lines);
  expect(report).toMatchObject({ lost: 0, duplicates: 0, faults: [] });
  expect(report.records).toBeGreaterThanOrEqual(report.answered);
  expect(isSoakPassed(report)).toBe(true);
});

it("the soak finds a store that loses its last batch, and one that has a batch twice", async () => {
  const lost = await soak([0.1], (lines) => lines.slice(0, lines.slice(0, -1).findLastIndex(isRoot) + 1));
  expect(lost.lost).toBeGreaterThan(0);
  expect(isSoakPassed(lost)).toBe(false);
  const twice = await soak([0.1], (lines) => [...lines.slice(0, lines.findIndex(isRoot) + 1), ...lines]);
  expect(twice.duplicates).toBeGreaterThan(0);
  expect(isSoakPassed(twice)).toBe(false);
});
