import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { Deadline } from "../../policy/run/Deadline.ts";
import { PolicyEngine } from "../../policy/run/PolicyEngine.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Review } from "../../protocol/review/Review.ts";
import type { Lint } from "../../registration/lint/Lint.ts";
import type { RegisteredGate } from "../../registration/RegisteredGate.ts";
import { gateEntries } from "../../registration/render/gateEntries.ts";
import { printable } from "../../telemetry/printable.ts";
import { applyPatch } from "../gate/judgeReviewLocally.ts";
import { sampleReviews } from "./sampleReviews.ts";

/** As long as a registration gives a webhook by default, in milliseconds. */
const TIMEOUT = 5_000;
/** More of a patch than this says nothing new. In characters. */
const PATCH_LENGTH = 300;

/** A review to try mutators on, and what to call it by. */
export interface Sample {
  readonly review: Review;
  readonly name: string;
}

/**
 * Runs each mutator twice, the second time on its own result, on `samples` and on a small object of each built-in kind
 * that it matches: the API server may do the same. Then all of an entry's, which may undo each other's work.
 */
export async function lintMutators(
  gate: Pick<RegisteredGate, "policies" | "entries">,
  settings: ClusterSettings,
  samples: readonly Sample[],
): Promise<Lint[]> {
  const lints: Lint[] = [];
  const restless = new Set<string>();
  for (const policy of gate.policies.filter(({ mutate }) => mutate !== undefined)) {
    const found = await findRestless([policy], settings, [...samples, ...builtinSamples(policy)]);
    if (found === undefined) continue;
    restless.add(policy.name);
    lints.push(lintOf(`policies.${policy.name}`, "is not idempotent", found));
  }
  for (const { name, policies } of gateEntries(gate)) {
    const mutators = policies.filter((policy) => policy.mutate !== undefined && !restless.has(policy.name));
    if (mutators.length < 2) continue;
    const found = await findRestless(mutators, settings, [...samples, ...mutators.flatMap(builtinSamples)]);
    const names = mutators.map((policy) => policy.name).join(", ");
    if (found !== undefined)
      lints.push(lintOf(`entries.${name}`, `has mutators that undo each other's work among ${names}`, found));
  }
  return lints;
}

interface Restless {
  readonly sample: Sample;
  readonly patch: readonly PatchOperation[];
}

function lintOf(place: string, fault: string, { sample, patch }: Restless): Lint {
  const text = printable(JSON.stringify(patch));
  const shown = text.length > PATCH_LENGTH ? `${text.slice(0, PATCH_LENGTH)}…` : text;
  const message = `${fault}: called again with its own result for ${sample.name} it patches ${shown}`;
  return { code: "mutator-not-idempotent", severity: "warning", place, message };
}

function builtinSamples(policy: Policy): Sample[] {
  return sampleReviews(policy).map((review) => ({ review, name: `a ${review.kind.kind}` }));
}

/** The first sample for which the second run changes something. A run that denies, or cannot cope with a sample, says nothing. */
async function findRestless(
  policies: readonly Policy[],
  settings: ClusterSettings,
  samples: readonly Sample[],
): Promise<Restless | undefined> {
  const engine = new PolicyEngine(policies);
  // As if all were enforced: a mode that withholds patches today may not tomorrow.
  const enforcing: ClusterSettings = {
    cluster: settings.cluster,
    modeOf: () => "enforce",
    paramsOf: (name) => settings.paramsOf(name),
  };
  for (const sample of samples) {
    const first = await mutate(engine, enforcing, sample.review);
    if (first.length === 0) continue;
    const object = applyPatch(sample.review.object, first);
    const patch = await mutate(engine, enforcing, { ...sample.review, object });
    if (patch.length > 0) return { sample, patch };
  }
  return undefined;
}

async function mutate(
  engine: PolicyEngine,
  settings: ClusterSettings,
  review: Review,
): Promise<readonly PatchOperation[]> {
  const deadline = new Deadline(TIMEOUT, Date.now);
  try {
    const verdict = await engine.mutate({ review, settings, deadline, log: SILENT });
    return verdict.allowed ? verdict.patch : [];
  } finally {
    deadline.dispose();
  }
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
