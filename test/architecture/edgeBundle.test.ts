import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { FunctionName } from "../../infra/bundleFunction.ts";
import { COMPATIBILITY_DATE } from "../../src/cli/dev/DevWorker.ts";
import { madeGateBundle } from "../run/gateBundle.ts";

const PACKAGES = ["canonicalize", "hono", "jose", "mutative"];

/** Workers allows 3 MB; a smaller script starts faster. */
describe.each<[name: FunctionName, packages: readonly string[], maxGzippedBytes: number]>([
  ["worker", PACKAGES, 72 * 1024],
  ["workerRecords", [...PACKAGES, "zod"], 90_000],
])("the edge bundle of functions/%s.ts", async (name, packages, maxGzippedBytes) => {
  const { text, metafile } = await madeGateBundle(name);

  it("is one file that imports nothing", () => {
    const [output] = Object.values(metafile.outputs);
    expect(output?.imports).toEqual([]);
    expect(text).not.toMatch(/["']node:|\brequire\(/);
    expect(text).not.toContain("process.env");
  });

  it("holds only packages that run at the edge", () => {
    const bundled = Object.keys(metafile.inputs).flatMap(
      (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
    );
    expect([...new Set(bundled)].sort()).toEqual(packages);
  });

  it(`has at most ${maxGzippedBytes} bytes gzipped`, () => {
    expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(maxGzippedBytes);
  });
});

it("postern dev uses the compatibility date of wrangler.toml", () => {
  expect(readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8")).toContain(
    `compatibility_date = "${COMPATIBILITY_DATE}"`,
  );
});
