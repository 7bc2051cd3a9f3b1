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
  const { goal } = new SyncWorld(cas, { gate: "g", cluster: "prod", url: OLD, soakMs: 1 }, [0], [0]);
  return viewOf({ hooks: [{ name: "a", url: `${OLD}/c/prod/validate`, bundle }] }, goal);
};
const pem = (at: number): string => roots[at]?.pem ?? "";

describe("viewOf", () => {
  it.each([
    { what: "as the sync writes it", bundle: () => encodeBundle(roots), count: 2 },
    { what: "with its comment", bundle: () => encodeBundle(roots, "run 1"), count: 2 },
    { what: "with empty lines around it", bundle: () => `\n ${"\r\n"}${pem(0)}\n\n`, count: 1 },
  ])("computes the hash of a bundle $what", ({ bundle, count }) => {
    const { hash, roots: read } = view(bundle());
    expect(read).toHaveLength(count);
    expect(hash).toBe(trustHash(count === 2 ? roots : roots.slice(0, 1)));
  });

  it("reads an empty bundle, or only white space, as system trust", () => {
    expect([view("").hash, view(" \n").hash]).toEqual([SYSTEM_TRUST, SYSTEM_TRUST]);
  });

  it.each([
    { what: "a byte order mark, after which Go reads nothing", bundle: () => `\uFEFF${pem(0)}`, count: 0 },
    { what: "a block without a line break before it", bundle: () => `${pem(0).trimEnd()}${pem(1)}`, count: 0 },
    { what: "text between its blocks", bundle: () => `${pem(0)}trust me\n${pem(1)}`, count: 2 },
    {
      what: "a key",
      bundle: () => `${pem(0)}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
      count: 1,
    },
    { what: "only a byte order mark", bundle: () => "\uFEFF", count: 0 },
  ])("has no hash for a bundle with $what", ({ bundle, count }) => {
    const { hash, roots: read } = view(bundle());
    expect(read).toHaveLength(count);
    expect(hash).toBeUndefined();
  });
});
