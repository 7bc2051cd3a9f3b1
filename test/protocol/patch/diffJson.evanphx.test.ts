import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { diffJson } from "../../../src/protocol/patch/diffJson.ts";
import { encodePatch } from "../../../src/protocol/review/encodeAdmissionReview.ts";
import { onceForRun } from "../../run/onceForRun.ts";
import { patience } from "../../run/speedFactor.ts";
import { anyChange } from "../anyJson.ts";

/** The reason why the program is missing; undefined when it was built. It needs Go and the module proxy or a filled module cache. */
let missing: string | undefined;
const BUILD_TIMEOUT_MS = patience(240_000);
let program = "";

/** The output and the error of a program. It runs asynchronously, because a blocked worker loses its test runner. */
interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: Error | undefined;
}

function run(command: string, args: readonly string[], limitMs: number, cwd?: string, input = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: limitMs, maxBuffer: 1 << 28 };
    const child = execFile(command, [...args], options, (error, stdout, stderr) =>
      resolve({ stdout, stderr, error: error ?? undefined }),
    );
    // A program that does not start or ends early reports that with its exit.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}

beforeAll(async () => {
  if ((await run("go", ["version"], patience(10_000))).error !== undefined) {
    missing = "no go on the PATH";
    return;
  }
  const source = fileURLToPath(new URL("evanphx/", import.meta.url));
  const folder = await onceForRun("evanphx", async (made) => {
    const args = ["build", "-mod=readonly", "-o", join(made, "apply"), "."];
    const { error, stderr } = await run("go", args, BUILD_TIMEOUT_MS, source);
    if (error === undefined) return;
    if (!/dial tcp|no such host|i\/o timeout|proxy/.test(stderr)) throw new Error(`go build failed: ${stderr}${error}`);
    missing = "the module gopkg.in/evanphx/json-patch.v4 cannot be downloaded";
  });
  program = join(folder, "apply");
}, BUILD_TIMEOUT_MS);

beforeEach(({ skip }) => {
  if (missing !== undefined) skip(`the API server's own JSON Patch library is not tested: ${missing}`);
});

interface Task {
  readonly doc: unknown;
  readonly patch: unknown;
}

async function applyAll(tasks: readonly Task[]): Promise<{ result?: unknown; error?: string }[]> {
  const input = tasks.map((task) => `${JSON.stringify(task)}\n`).join("");
  const { stdout, stderr, error } = await run(program, [], patience(60_000), undefined, input);
  if (error !== undefined) throw new Error(`${error.message}: ${stderr}`);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("evanphx/json-patch v4, the API server's JSON Patch library,", () => {
  it("applies a patch of diffJson to exactly the wanted document, with any member names", async () => {
    const cases = fc.sample(anyChange(true), 2000);
    // Through base64 and UTF-8, as the patch is sent.
    const sent = (patch: string): unknown => JSON.parse(Buffer.from(patch, "base64").toString("utf8"));
    const answers = await applyAll(
      cases.map(([doc, after]) => ({ doc, patch: sent(encodePatch(diffJson(doc, after))) })),
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
      "refuses to add to a missing parent",
      {},
      [{ op: "add", path: "/a/b", value: 1 }],
      { error: expect.stringContaining("missing") },
    ],
    [
      "refuses to add to a null parent",
      { a: null },
      [{ op: "add", path: "/a/b", value: 1 }],
      { error: expect.stringContaining("missing") },
    ],
  ])("%s", async (_what, doc, patch, answer) => {
    expect(await applyAll([{ doc, patch }])).toEqual([answer]);
  });
});
