import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { diffJson } from "../../../src/protocol/patch/diffJson.ts";
import { encodePatch } from "../../../src/protocol/review/encodeAdmissionReview.ts";
import { anyChange } from "../anyJson.ts";
import { ApiServerPatches, BUILD_TIMEOUT_MS } from "./ApiServerPatches.ts";

let program: ApiServerPatches | string;

beforeAll(async () => {
  program = await ApiServerPatches.build();
}, BUILD_TIMEOUT_MS);

beforeEach(({ skip }) => {
  if (typeof program === "string") skip(`the API server's own JSON Patch library is not tested: ${program}`);
});

async function applyAll(tasks: readonly { doc: unknown; patch: unknown }[]) {
  if (typeof program === "string") throw new Error(program);
  const answers = await program.applyAll(tasks.map((task) => JSON.stringify(task)));
  return answers.map(({ read: _, ...answer }) => answer);
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
