import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { COMPATIBILITY_DATE } from "../../src/cli/dev/DevWorker.ts";
import { madeGateBundle } from "../run/gateBundle.ts";

/** The maximum size of the Worker, gzipped. Workers allows 3 MB; a smaller script starts faster. */
const MAX_GZIPPED_BYTES = 66_000;

const { text, metafile } = await madeGateBundle("worker");

it("the edge bundle is one file that imports nothing", () => {
  const [output] = Object.values(metafile.outputs);
  expect(output?.imports).toEqual([]);
  expect(text).not.toMatch(/["']node:|\brequire\(/);
  expect(text).not.toContain("process.env");
});

it("the edge bundle holds only packages that run at the edge", () => {
  const packages = Object.keys(metafile.inputs).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  expect([...new Set(packages)].sort()).toEqual(["hono", "jose", "mutative"]);
});

it(`the edge bundle has at most ${MAX_GZIPPED_BYTES} bytes gzipped`, () => {
  expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(MAX_GZIPPED_BYTES);
});

it("postern dev uses the compatibility date of wrangler.toml", () => {
  expect(readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8")).toContain(
    `compatibility_date = "${COMPATIBILITY_DATE}"`,
  );
});
