import { expect, it } from "vitest";
import { resultOf } from "../../../../src/gate/answer/telemetry/reportVerdict.ts";
import type { FindingEffect, PolicyVerdict } from "../../../../src/protocol/review/Verdict.ts";

const verdict = (effects: readonly FindingEffect[], more: Partial<PolicyVerdict> = {}): PolicyVerdict => ({
  policy: "p",
  mode: "enforce",
  result: "judged",
  findings: effects.map((effect) => ({ effect, message: "m" })),
  ...more,
});

it.each<[what: string, of: PolicyVerdict, result: string]>([
  ["no finding", verdict([]), "pass"],
  ["a denial among others", verdict(["warn", "existing", "excepted", "deny"]), "deny"],
  ["an existing fault and an excepted one", verdict(["excepted", "existing"]), "existing"],
  ["an excepted fault and a warning", verdict(["warn", "excepted"], { exceptionState: "valid" }), "excepted"],
  [
    "an excepted fault in the last 14 days",
    verdict(["warn", "excepted"], { exceptionState: "ending" }),
    "exception-ending",
  ],
  [
    "a denial beside an exception in its last 14 days",
    verdict(["excepted", "deny"], { exceptionState: "ending" }),
    "deny",
  ],
  ["a warning", verdict(["warn"]), "warn"],
  ["a policy that failed", verdict(["deny"], { result: "failed" }), "failed"],
  ["a policy that was late", verdict(["warn"], { result: "missed-deadline" }), "missed-deadline"],
])("the result of a policy with %s is the strongest", (_what, of, result) => {
  expect(resultOf(of)).toBe(result);
});
