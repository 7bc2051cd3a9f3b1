import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import ledgerGate, { exactChanges, type Spec } from "../fixtures/gates/ledgerGate.ts";
import { ApiServerPatches, BUILD_TIMEOUT_MS } from "../protocol/patch/ApiServerPatches.ts";
import { anySpec, specText } from "./anySpec.ts";
import { reviewCall, testGate } from "./gateCall.ts";
import { ledger, ledgerConversion, mutateCall, patchText } from "./ledgerCall.ts";

const OBJECTS = 10_000;
const IN_ONE_REVIEW = 100;
let program: ApiServerPatches | string;

beforeAll(async () => {
  program = await ApiServerPatches.build();
}, BUILD_TIMEOUT_MS);

beforeEach(({ skip }) => {
  if (typeof program === "string") skip(`the digits of numbers are not compared with Go's decoder: ${program}`);
});

/** What a client reads after the API server has applied each patch and stored the result. */
async function readBack(tasks: readonly (readonly [doc: string, patch: string])[]): Promise<(string | undefined)[]> {
  if (typeof program === "string") throw new Error(program);
  const answers = await program.applyAll(tasks.map(([doc, patch]) => `{"doc":${doc},"patch":${patch || "[]"}}`));
  expect(answers.flatMap(({ error }) => error ?? [])).toEqual([]);
  return answers.map(({ read }) => read);
}

const { app } = testGate(ledgerGate);
const post = async (request: Request): Promise<string> => {
  const response = await app.fetch(request);
  expect(response.status).toBe(200);
  return response.text();
};

/** The specs with numbers as texts, and the same after a change that knows no numbers. */
function specs(changeOf: (index: number) => (spec: Spec) => void): { before: string; after: string }[] {
  return fc.sample(anySpec, OBJECTS).map((spec, index) => {
    const changed = structuredClone(spec) as Spec;
    changeOf(index)(changed);
    return { before: specText(spec), after: specText(changed) };
  });
}

describe("as Go's decoder reads them, the digits of all numbers are right", () => {
  it(`in ${OBJECTS} mutated objects`, async () => {
    const names = Object.keys(exactChanges);
    const nameOf = (index: number): string => names[index % names.length] ?? "";
    const cases = specs((index) => exactChanges[nameOf(index)] ?? (() => undefined));
    const patches: string[] = [];
    for (const [index, { before }] of cases.entries())
      patches.push(patchText(await post(mutateCall(nameOf(index), before))));
    const read = await readBack(cases.map(({ before }, index) => [ledger("", before), patches[index] ?? ""]));
    const wanted = await readBack(cases.map(({ after }) => [ledger("", after), ""]));
    expect(read.filter((text, index) => text !== wanted[index])).toEqual([]);
    expect(patches.filter((patch) => patch !== "").length).toBeGreaterThan(OBJECTS / 2);
  });

  it.each([
    ["v2", "nanos", "created"],
    ["v1", "created", "nanos"],
  ] as const)(`in ${OBJECTS} objects converted to %s`, async (desired, from, to) => {
    const cases = fc.sample(anySpec, OBJECTS).map(({ nanos, ...rest }) => ({
      before: ledger("", specText({ [from]: nanos, ...rest }), desired === "v1" ? "v2" : "v1"),
      after: ledger("", specText({ ...rest, [to]: nanos }), desired),
    }));
    const answers: string[] = [];
    for (let at = 0; at < OBJECTS; at += IN_ONE_REVIEW) {
      const objects = cases.slice(at, at + IN_ONE_REVIEW).map(({ before }) => before);
      answers.push(await post(reviewCall("/c/local/convert", ledgerConversion(desired, objects))));
    }
    const read = await readBack(answers.map((answer) => [answer, ""]));
    const wanted = await readBack(cases.map(({ after }) => [after, ""]));
    const response = (at: number): string => wanted.slice(at, at + IN_ONE_REVIEW).join(",");
    expect(
      read.filter((text, index) => text?.includes(`"convertedObjects":[${response(index * IN_ONE_REVIEW)}]`) !== true),
    ).toEqual([]);
  });
});
