import { expect, it } from "vitest";
import { freezeReview } from "../../../src/policy/run/freezeReview.ts";
import { decodeAdmissionReview } from "../../../src/protocol/review/decodeAdmissionReview.ts";
import { readReview } from "../../fixtures/readReview.ts";

it("freezeReview freezes objects and lists recursively", () => {
  const decoded = decodeAdmissionReview(JSON.parse(readReview("validate-v1-update-pods-1")));
  if (!decoded.ok) throw new Error("the fixture does not decode");
  const { object, oldObject, options } = freezeReview(decoded.value);
  const frozen = (value: unknown): boolean =>
    typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
  expect([object, oldObject, options].every(frozen)).toBe(true);
});

it("freezeReview freezes more members than a call can have arguments", () => {
  const decoded = decodeAdmissionReview(JSON.parse(readReview("validate-v1-update-pods-1")));
  if (!decoded.ok) throw new Error("the fixture does not decode");
  const list = Array.from({ length: 300_000 }, () => ({}));
  const { object } = freezeReview({ ...decoded.value, object: { list } });
  expect(Object.isFrozen(object)).toBe(true);
  expect(list.every(Object.isFrozen)).toBe(true);
});
