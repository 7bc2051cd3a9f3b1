import { expect } from "vitest";
import { parseParams } from "../../src/gate/config/parseParams.ts";
import type { Policy } from "../../src/policy/define/policy.ts";
import { Deadline } from "../../src/policy/run/Deadline.ts";
import { PolicyEngine } from "../../src/policy/run/PolicyEngine.ts";
import type { PolicyRun } from "../../src/policy/run/runPolicy.ts";
import type { Review } from "../../src/protocol/review/Review.ts";
import type { PolicyFinding, Verdict } from "../../src/protocol/review/Verdict.ts";

/** Returns the engine's verdict on a review in mode `enforce`, with the default parameters of the policies. A policy that throws fails the test, unless `failing` is set. */
export async function judge(
  policies: Policy | readonly Policy[],
  review: Review,
  purpose: "validate" | "mutate",
  { failing = false } = {},
): Promise<Verdict> {
  const deadline = new Deadline(60_000, () => 0);
  const errors: unknown[] = [];
  const silent = (): void => undefined;
  const params = new Map([policies].flat().map((policy) => [policy.name, parseParams(policy, undefined)]));
  const run: PolicyRun = {
    review,
    settings: { cluster: "test", modeOf: () => "enforce", paramsOf: (name) => params.get(name) },
    deadline,
    log: {
      debug: silent,
      info: silent,
      warn: silent,
      error: (_message, properties) => void errors.push(properties?.error),
    },
  };
  const engine = new PolicyEngine([policies].flat());
  const verdict = await engine[purpose](run);
  deadline.dispose();
  if (failing) expect(errors).not.toEqual([]);
  else expect(errors).toEqual([]);
  return verdict;
}

/** Returns the lines of a denial's message, one for each finding: `POLICY: MESSAGE`. Empty when the review is allowed. */
export async function denials(policy: Policy, review: Review): Promise<readonly string[]> {
  const verdict = await judge(policy, review, "validate");
  return verdict.allowed ? [] : verdict.message.split("\n");
}

/** Returns what a validator reports of a review, with the effect in mode `enforce`. */
export async function findings(policy: Policy, review: Review): Promise<readonly PolicyFinding[]> {
  const { policies } = await judge(policy, review, "validate");
  return policies.flatMap(({ findings }) => findings);
}
