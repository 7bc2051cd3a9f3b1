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

/** The shortest time between a renewal of the one and a renewal of the other, in hours, for 20 years after both were issued. */
function closest(one: number, other: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let [at, against] = [one, other]; at < YEARS_20; at += one) {
    while (against + other <= at) against += other;
    least = Math.min(least, Math.abs(at - against), Math.abs(against + other - at));
  }
  return least;
}

// What cert-manager asks for, and what Let's Encrypt and the CA/Browser Forum's ballot SC-081 go down to.
it.each([90, 64, 47, 45])("certificates of %i days are never renewed within an hour of each other", async (days) => {
  const { "tls-main": main, "tls-standby": standby } = await certificates();
  const [left, right] = [main, standby].map((spec) => days * DAY - hours(spec?.renewBefore));
  expect(closest(left ?? 0, right ?? 0)).toBeGreaterThanOrEqual(1);
});

it("the reckoning finds what comes together", () => {
  expect([closest(24, 36), closest(24, 24), closest(100_000, 150_000)]).toEqual([0, 0, 50_000]);
});

it("both are in Secrets of their own, and asked for alike", async () => {
  const { "tls-main": main, "tls-standby": standby } = await certificates();
  expect([main?.secretName, standby?.secretName]).toEqual(["tls-main", "tls-standby"]);
  const { secretName: _1, renewBefore: _2, issuerRef: _3, ...left } = Object(main);
  const { secretName: _4, renewBefore: _5, issuerRef: _6, ...right } = Object(standby);
  expect(left).toEqual(right);
});
