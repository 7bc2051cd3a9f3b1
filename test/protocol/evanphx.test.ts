import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { diffJson } from "../../src/protocol/diffJson.ts";
import { encodePatch } from "../../src/protocol/encodePatch.ts";
import { anyChange } from "./anyJson.ts";

/** Why the applier is not there, or undefined when it is. Needs Go, and the module proxy or a filled module cache. */
let missing: string | undefined;
const folder = mkdtempSync(join(tmpdir(), "postern-evanphx-"));
const program = join(folder, "apply");

beforeAll(() => {
  if (spawnSync("go", ["version"]).status !== 0) {
    missing = "no go on the PATH";
    return;
  }
  const source = fileURLToPath(new URL("evanphx/", import.meta.url));
  const built = spawnSync("go", ["build", "-mod=readonly", "-o", program, "."], {
    cwd: source,
    encoding: "utf8",
    timeout: 240_000,
  });
  if (built.status === 0) return;
  if (!/dial tcp|no such host|i\/o timeout|proxy/.test(built.stderr))
    throw new Error(`go build failed: ${built.stderr}`);
  missing = "the module gopkg.in/evanphx/json-patch.v4 cannot be had here";
}, 250_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(({ skip }) => {
  if (missing !== undefined) skip(`the API server's own applier is not tried: ${missing}`);
});

interface Task {
  readonly doc: unknown;
  readonly patch: unknown;
}

function applyAll(tasks: readonly Task[]): { result?: unknown; error?: string }[] {
  const input = tasks.map((task) => `${JSON.stringify(task)}\n`).join("");
  const output = execFileSync(program, { input, encoding: "utf8", timeout: 60_000, maxBuffer: 1 << 28 });
  return output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("the API server's own applier, evanphx/json-patch v4", () => {
  it("makes exactly the wanted document of the patch, whatever the members are called", () => {
    const cases = fc.sample(anyChange(true), 2000);
    // Through base64 and UTF-8, as the patch travels.
    const travelled = (patch: string): unknown => JSON.parse(Buffer.from(patch, "base64").toString("utf8"));
    const answers = applyAll(
      cases.map(([doc, after]) => ({ doc, patch: travelled(encodePatch(diffJson(doc, after))) })),
    );
    expect(answers).toHaveLength(cases.length);
    for (const [index, answer] of answers.entries()) {
      const [before, after] = cases[index] ?? [];
      expect(answer, `${JSON.stringify(before)} to ${JSON.stringify(after)}`).toEqual({ result: after });
    }
  });

  it.each<[what: string, doc: unknown, patch: unknown[], answer: object]>([
    ["replaces a null member", { a: null }, [{ op: "replace", path: "/a", value: 1 }], { result: { a: 1 } }],
    ["replaces a null element", { a: [null] }, [{ op: "replace", path: "/a/0", value: 1 }], { result: { a: [1] } }],
    ["removes a null member", { a: null }, [{ op: "remove", path: "/a" }], { result: {} }],
    ["sets null", { a: 1 }, [{ op: "replace", path: "/a", value: null }], { result: { a: null } }],
    [
      "adds to no missing parent",
      {},
      [{ op: "add", path: "/a/b", value: 1 }],
      { error: expect.stringContaining("missing") },
    ],
    [
      "adds to no null parent",
      { a: null },
      [{ op: "add", path: "/a/b", value: 1 }],
      { error: expect.stringContaining("missing") },
    ],
  ])("%s", (_what, doc, patch, answer) => {
    expect(applyAll([{ doc, patch }])).toEqual([answer]);
  });
});
