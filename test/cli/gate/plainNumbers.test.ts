import { expect, it } from "vitest";
import { plainNumbers } from "../../../src/cli/gate/plainNumbers.ts";
import { parseExact } from "../../../src/protocol/json/parseExact.ts";
import { frozenReview } from "../../policy/policyRun.ts";

const TEXT = '{"__proto__":{"n":9007199254740993},"list":[1764324000123456787,1.5],"text":"9007199254740993"}';

it("plainNumbers gives each object of a review the numbers that JSON.parse makes", () => {
  const exact = Object(parseExact(TEXT));
  const review = frozenReview("validate-v1-create-pods-1");
  const plain = plainNumbers({ ...review, object: exact, oldObject: exact, options: exact });
  for (const part of [plain.object, plain.oldObject, plain.options])
    expect(JSON.stringify(part)).toBe(JSON.stringify(JSON.parse(TEXT)));
  expect(plainNumbers({ ...review, object: null, oldObject: null, options: null })).toEqual({
    ...review,
    object: null,
    oldObject: null,
    options: null,
  });
});
