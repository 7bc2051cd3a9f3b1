import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { COMPATIBILITY_DATE } from "../../src/cli/dev/DevWorker.ts";
import { madeGateBundle } from "../run/gateBundle.ts";

/** What a Worker may weigh, gzipped. Workers take 3 MB; the isolate starts the faster the less there is to parse. */
const GZIPPED_BYTES = 60_000;

const { text, metafile } = await madeGateBundle("worker");

it("the edge bundle is one file that imports nothing", () => {
  const [output] = Object.values(metafile.outputs);
  expect(output?.imports).toEqual([]);
  expect(text).not.toMatch(/["']node:|\brequire\(/);
  expect(text).not.toContain("process.env");
});

it("holds no package that is not meant for the edge", () => {
  const packages = Object.keys(metafile.inputs).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  expect([...new Set(packages)].sort()).toEqual(["hono", "jose", "mutative", "zod"]);
});

it(`has at most ${GZIPPED_BYTES} bytes gzipped`, () => {
  expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(GZIPPED_BYTES);
});

it("runs locally under the compatibility date that it is deployed with", () => {
  expect(readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8")).toContain(
    `compatibility_date = "${COMPATIBILITY_DATE}"`,
  );
});
