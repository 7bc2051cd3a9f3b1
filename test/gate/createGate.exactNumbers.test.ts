import { describe, expect, it } from "vitest";
import ledgerGate from "../fixtures/gates/ledgerGate.ts";
import { reviewCall, testGate } from "./gateCall.ts";
import { ledger, ledgerConversion, ledgerReview, mutateCall, patchText } from "./ledgerCall.ts";

const MAX = "9223372036854775807";
const NANOS = "1764324000123456787";
const { app, log } = testGate(ledgerGate);
const call = async (request: Request): Promise<string> => {
  const response = await app.fetch(request);
  expect(response.status).toBe(200);
  return response.text();
};

describe("a gate keeps the digits of integers beyond 2^53 in its patches", () => {
  it.each<[change: string, spec: string, patch: string]>([
    [
      "sort",
      `{"entries":[{"name":"b","nanos":${MAX}},{"name":"a","nanos":${NANOS}}]}`,
      `[{"op":"add","path":"/spec/entries/0","value":{"name":"a","nanos":${NANOS}}},{"op":"remove","path":"/spec/entries/2"}]`,
    ],
    ["drop", `{"entries":[{"name":"b","nanos":${MAX}},{"name":"a"}]}`, '[{"op":"remove","path":"/spec/entries/0"}]'],
    [
      "copy",
      `{"entries":[{"name":"a","nanos":-9223372036854775808}]}`,
      '[{"op":"add","path":"/spec/first","value":{"name":"a","nanos":-9223372036854775808}}]',
    ],
    ["clone", `{"nanos":${NANOS}}`, `[{"op":"add","path":"/spec/first","value":{"copies":[${NANOS}]}}]`],
    [
      "rename",
      `{"nanos":${MAX},"other":${NANOS}}`,
      `[{"op":"remove","path":"/spec/nanos"},{"op":"add","path":"/spec/created","value":${MAX}}]`,
    ],
    [
      "append",
      `{"nanos":1152921504606846976,"entries":[]}`,
      '[{"op":"add","path":"/spec/entries/0","value":{"name":"appended","nanos":1152921504606846976,"by":1}}]',
    ],
    [
      "rename",
      '{"nanos":1e17,"other":9007199254740993}',
      '[{"op":"remove","path":"/spec/nanos"},{"op":"add","path":"/spec/created","value":100000000000000000}]',
    ],
    [
      "rename",
      '{"nanos":18446744073709551615}',
      '[{"op":"remove","path":"/spec/nanos"},{"op":"add","path":"/spec/created","value":18446744073709552000}]',
    ],
    ["add-exact", `{"nanos":${NANOS}}`, '[{"op":"replace","path":"/spec/nanos","value":1764324000123456788}]'],
    ["add-number", '{"nanos":9007199254740990}', '[{"op":"replace","path":"/spec/nanos","value":9007199254740991}]'],
    ["keep", `{"nanos":${NANOS}}`, ""],
  ])("of the mutator %s on %s", async (change, spec, patch) => {
    expect(patchText(await call(mutateCall(change, spec)))).toBe(patch);
  });

  it.each([
    ["add-number", NANOS, "Cannot mix BigInt"],
    ["to-number", NANOS, "/spec/created is a number beyond 2^53, which may be rounded"],
    ["to-number", MAX, "/spec/created is a number beyond 2^53, which may be rounded"],
    ["to-large", NANOS, "/spec/created is a bigint beyond int64"],
  ])("or denies where the mutator %s would lose them", async (change, nanos, reason) => {
    const answer = JSON.parse(await call(mutateCall(change, `{"nanos":${nanos}}`)));
    expect(answer.response).toMatchObject({ allowed: false, status: { code: 500 } });
    expect(answer.response.status.message).toBe(`${change}: the policy failed; the gate's log has the error`);
    expect(log.lines.at(-1)).toMatchObject({
      message: "a policy failed",
      properties: { policy: change, error: { message: expect.stringContaining(reason) } },
    });
  });
});

describe("a gate keeps the digits of integers beyond 2^53 in its conversions", () => {
  it.each([NANOS, MAX, "-9223372036854775808", "9007199254740993", "1152921504606846976", "1e+21", "1.5"])(
    "of %s",
    async (number) => {
      const answer = await call(
        reviewCall(
          "/c/local/convert",
          ledgerConversion("v2", [ledger("", `{"nanos":${number},"untouched":[{"n":${number}}],"z":1}`)]),
        ),
      );
      expect(answer).toContain(`"spec":{"untouched":[{"n":${number}}],"z":1,"created":${number}}`);
    },
  );
});

it("a gate gives validators numbers, with which they can calculate", async () => {
  const answer = await call(reviewCall("/c/local/validate", ledgerReview("", `{"nanos":${NANOS}}`)));
  expect(JSON.parse(answer).response.warnings).toEqual(["look: nanos is a number"]);
});
