import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { parseAllDocuments } from "yaml";

const DAY = 24;
const YEARS_20 = 20 * 365 * DAY;

async function certificates(): Promise<Record<string, { duration: string; renewBefore: string; secretName: string }>> {
  const file = new URL("../../../infra/kubernetes/components/gate/certificates.yaml", import.meta.url);
  const documents = parseAllDocuments(await readFile(file, "utf8")).map((document) => document.toJS());
  return Object.fromEntries(documents.map(({ metadata, spec }) => [metadata.name, spec]));
}

const hours = (text = ""): number => Number(/^(\d+)h$/.exec(text)?.[1]);

/** The least time between a renewal of one certificate and one of the other within 20 years. All in hours. */
function leastGap(one: number, other: number): number {
  let gap = Number.POSITIVE_INFINITY;
  for (let [at, against] = [one, other]; at < YEARS_20; at += one) {
    while (against + other <= at) against += other;
    gap = Math.min(gap, Math.abs(at - against), Math.abs(against + other - at));
  }
  return gap;
}

// cert-manager's default, and the lifetimes of Let's Encrypt and of the CA/Browser Forum's ballot SC-081.
it.each([90, 64, 47, 45])(
  "tls-main and tls-standby of %i days are never renewed within an hour of each other",
  async (days) => {
    const { "tls-main": main, "tls-standby": standby } = await certificates();
    const [left, right] = [main, standby].map((spec) => days * DAY - hours(spec?.renewBefore));
    expect(leastGap(left ?? 0, right ?? 0)).toBeGreaterThanOrEqual(1);
  },
);

it("leastGap finds renewals at the same time", () => {
  expect([leastGap(24, 36), leastGap(24, 24), leastGap(100_000, 150_000)]).toEqual([0, 0, 50_000]);
});

it("tls-main and tls-standby have different Secrets and otherwise equal specs", async () => {
  const { "tls-main": main, "tls-standby": standby } = await certificates();
  expect([main?.secretName, standby?.secretName]).toEqual(["tls-main", "tls-standby"]);
  const { secretName: _1, renewBefore: _2, issuerRef: _3, ...left } = Object(main);
  const { secretName: _4, renewBefore: _5, issuerRef: _6, ...right } = Object(standby);
  expect(left).toEqual(right);
});
