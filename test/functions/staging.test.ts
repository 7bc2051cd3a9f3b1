import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReview } from "../fixtures/readReview.ts";
import { JSON_HEADERS, type Runtime, type StartRuntime } from "./Runtime.ts";
import { startLambda } from "./startLambda.ts";
import { startNode } from "./startNode.ts";
import { startWorkerd } from "./startWorkerd.ts";

const runtimes: readonly [name: string, start: StartRuntime][] = [
  ["Node", startNode],
  ["workerd", startWorkerd],
  ["Lambda", startLambda("text")],
];
const STEP_MS = 4000;
/** Enough dates for a runtime that starts within ten minutes. */
const DATES = 150;
const src = fileURLToPath(new URL("../../src", import.meta.url));

/** What a call of a gate showed: between which times it was judged, and how. */
interface Observation {
  readonly from: number;
  readonly to: number;
  readonly allowed: boolean;
  readonly text: string;
}

describe.each(runtimes)("a gate on %s", (_name, start) => {
  const folder = mkdtempSync(join(tmpdir(), "postern-staging-"));
  /** The dates, one for each namespace: the first that the started gate can still see is used. */
  const dates = [...Array(DATES).keys()].map((n) => Math.ceil(Date.now() / 1000) * 1000 + (n + 1) * STEP_MS);
  const started: Runtime[] = [];

  beforeAll(async () => {
    const texts = dates.map((date) => new Date(date).toISOString().replace(".000", ""));
    const file = join(folder, "gate.ts");
    writeFileSync(
      file,
      `import { defineGate, deny, policy } from ${JSON.stringify(`${src}/index.ts`)};
const judged = { match: { resources: ["pods"] }, validate: () => deny("no Pods", { at: "spec" }) } as const;
export default defineGate({
  policies: [policy({ name: "excepted", ...judged }), policy({ name: "staged", ...judged })],
  entries: { excepted: { policies: ["excepted"] }, staged: { policies: ["staged"] } },
  exceptions: ${JSON.stringify(texts)}.map((until, n) => ({
    policy: "excepted", namespaces: [\`n\${n}\`], until, reason: "a test", owner: "team-a",
  })),
  stages: ${JSON.stringify(texts)}.map((since, n) => ({
    policies: ["staged"], namespaces: [\`n\${n}\`], mode: "enforce" as const, since,
  })),
  clusters: { local: { identity: "none" } },
});
`,
    );
    started.push(await start(file));
  });
  afterAll(async () => {
    await Promise.all(started.map((it) => it.stop()));
    rmSync(folder, { recursive: true });
  });

  /** Calls an entry for a namespace until the verdict is a denial. */
  async function untilDenied(entry: string, namespace: string): Promise<Observation[]> {
    const [runtime] = started;
    if (runtime === undefined) throw new Error("no runtime");
    const body: { request: { namespace: string } } = JSON.parse(readReview("validate-v1-create-pods-1"));
    body.request.namespace = namespace;
    const seen: Observation[] = [];
    while (seen.at(-1)?.allowed !== false) {
      const from = Date.now();
      const answer = await runtime.call({
        path: `/c/local/validate/${entry}?timeout=30s`,
        headers: JSON_HEADERS,
        body: JSON.stringify(body),
      });
      const text = answer.text;
      seen.push({ from, to: Date.now(), allowed: JSON.parse(text).response.allowed, text });
      await setTimeout(20);
    }
    return seen;
  }

  it.each([
    ["excepted", "an exception ends", "excepted until "],
    ["staged", "a stage begins", '"staged.would-deny"'],
  ])("denies from the second on in which %s: %s", async (entry, _what, before) => {
    const index = dates.findIndex((date) => date > Date.now() + 1000);
    const date = dates[index] ?? 0;
    expect(date).toBeGreaterThan(0);
    const observed = await untilDenied(entry, `n${index}`);
    const early = observed.filter(({ to }) => to < date);
    expect(early.length).toBeGreaterThan(0);
    for (const { text } of early) expect(text).toContain(before);
    for (const { to, from, allowed } of observed) {
      if (to < date) expect(allowed).toBe(true);
      if (from >= date) expect(allowed).toBe(false);
    }
  });
});
