import type { Policy } from "../../../src/policy/define/policy.ts";
import { PolicyIndex } from "../../../src/policy/match/PolicyIndex.ts";
import { Deadline } from "../../../src/policy/run/Deadline.ts";
import { PolicyEngine } from "../../../src/policy/run/PolicyEngine.ts";
import type { PolicyRun } from "../../../src/policy/run/runPolicy.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { gateCall } from "../policies/gateCall.ts";
import { measureRatio } from "../Ratio.ts";
import { benchPolicies } from "./benchPolicies.ts";
import { benchReview } from "./benchReview.ts";
import { benchRun } from "./benchRun.ts";
import { measureCall } from "./measureCall.ts";

/** The cost of 980 additional policies that do not match: for the whole gate in process, the engine and the index. */
export async function policyCountFigures({ rounds, durationMs }: BenchSize): Promise<Figure[]> {
  const many = benchPolicies(1000);
  const few = benchPolicies(20);
  const run = benchRun(JSON.parse(benchReview));
  for (const policies of [many, few]) requireEight(policies, run);
  const gates = await measureRatio(
    rounds,
    measured(gateCall(many, benchReview), durationMs),
    measured(gateCall(few, benchReview), durationMs),
  );
  const engines = await measureRatio(
    rounds,
    measured(engineCall(many, run), durationMs),
    measured(engineCall(few, run), durationMs),
  );
  const indexes = await measureRatio(
    rounds,
    measured(manyNamespacesCall(many, run), durationMs),
    measured(manyNamespacesCall(few, run), durationMs),
  );
  return [
    {
      name: "policies, index",
      compared: "only the index, reviews from 3,000 namespaces in turn: 1,000 policies : 20 policies",
      ratio: indexes,
      unit: "µs",
      target: { atMost: 1.2 },
    },
    {
      name: "policies, gate",
      compared: "a call of the gate in process: 1,000 policies, 8 match : 20 policies, 8 match",
      ratio: gates,
      unit: "µs",
      target: { atMost: 1.2 },
    },
    {
      name: "policies, engine",
      compared: "only the engine: 1,000 policies, 8 match : 20 policies, 8 match",
      ratio: engines,
      unit: "µs",
      target: { atMost: 1.2 },
    },
  ];
}

function measured(call: () => unknown, durationMs: number): () => Promise<number> {
  return () => measureCall(call, durationMs);
}

function engineCall(policies: readonly Policy[], run: PolicyRun): () => unknown {
  const engine = new PolicyEngine(policies);
  return () => engine.validate({ ...run, deadline: new Deadline(10_000, Date.now) });
}

/** Looks up reviews from 3,000 namespaces in turn. */
function manyNamespacesCall(policies: readonly Policy[], { review }: PolicyRun): () => unknown {
  const index = new PolicyIndex(policies, "validate");
  const reviews = Array.from({ length: 3000 }, (_, number) => ({ ...review, namespace: `namespace-${number}` }));
  let next = 0;
  return () => {
    const one = reviews[next];
    next = (next + 1) % reviews.length;
    return one === undefined ? undefined : index.find(one);
  };
}

function requireEight(policies: readonly Policy[], run: PolicyRun): void {
  const hits = new PolicyIndex(policies, "validate").find(run.review).length;
  if (hits !== 8) throw new Error(`${hits} of ${policies.length} policies match, expected 8`);
}
