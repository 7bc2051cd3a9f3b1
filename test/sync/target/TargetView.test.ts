import { beforeAll, describe, expect, it } from "vitest";
import { viewOf } from "../../../src/sync/target/TargetView.ts";
import { encodeBundle, SYSTEM_TRUST, trustHash } from "../../../src/trust/bundle.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { makeCas, OLD, SyncWorld, type WorldCa } from "../SyncWorld.ts";

let cas: WorldCa[];
let roots: Certificate[];
beforeAll(async () => {
  cas = await makeCas(2);
  roots = cas.map(({ root }) => root);
});

const view = (bundle: string): ReturnType<typeof viewOf> => {
  const { goal } = new SyncWorld(cas, { gate: "g", cluster: "prod", url: OLD, soak: 1 }, [0], [0]);
  return viewOf({ hooks: [{ name: "a", url: `${OLD}/c/prod/validate`, bundle }] }, goal);
};
const pem = (at: number): string => roots[at]?.pem ?? "";

describe("a bundle", () => {
  it.each([
    { what: "as the sync writes it", bundle: () => encodeBundle(roots), count: 2 },
    { what: "with its comment", bundle: () => encodeBundle(roots, "run 1"), count: 2 },
    { what: "with lines that are empty around it", bundle: () => `\n ${"\r\n"}${pem(0)}\n\n`, count: 1 },
  ])("$what has a hash", ({ bundle, count }) => {
    const { hash, roots: read } = view(bundle());
    expect(read).toHaveLength(count);
    expect(hash).toBe(trustHash(count === 2 ? roots : roots.slice(0, 1)));
  });

  it("that is empty, or white space alone, is the trust of the host", () => {
    expect([view("").hash, view(" \n").hash]).toEqual([SYSTEM_TRUST, SYSTEM_TRUST]);
  });

  it.each([
    { what: "a byte order mark, behind which Go reads nothing", bundle: () => `\uFEFF${pem(0)}`, count: 0 },
    { what: "a block glued to the one before", bundle: () => `${pem(0).trimEnd()}${pem(1)}`, count: 0 },
    { what: "words between its blocks", bundle: () => `${pem(0)}trust me\n${pem(1)}`, count: 2 },
    {
      what: "a key",
      bundle: () => `${pem(0)}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
      count: 1,
    },
    { what: "nothing but a byte order mark", bundle: () => "\uFEFF", count: 0 },
  ])("with $what is to be written anew", ({ bundle, count }) => {
    const { hash, roots: read } = view(bundle());
    expect(read).toHaveLength(count);
    expect(hash).toBeUndefined();
  });
});
