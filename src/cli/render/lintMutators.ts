import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { Deadline } from "../../policy/run/Deadline.ts";
import { PolicyEngine } from "../../policy/run/PolicyEngine.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { gateEntries } from "../../registration/entry/gateEntries.ts";
import type { RegisteredGate } from "../../registration/entry/RegisteredGate.ts";
import type { Lint } from "../../registration/lint/Lint.ts";
import { printable } from "../../telemetry/printable.ts";
import { applyPatch } from "../gate/judgeReviewLocally.ts";
import { sampleReviews } from "./sampleReviews.ts";

/** The default timeoutSeconds of a rendered registration. */
const TIMEOUT_MS = 5_000;
/** A longer patch is cut off in a message. */
const MAX_PATCH_CHARACTERS = 300;

/** A review to test mutators with, and its name in messages. */
export interface Sample {
  readonly review: Review;
  readonly name: string;
}

/**
 * Tests whether mutators are idempotent, because the API server may call them again (`reinvocationPolicy`). Runs each
 * mutator twice, the second time on its own result, on `samples` and on a small object of each built-in kind that it
 * matches. Then does the same with all mutators of an entry together, which may undo the changes of each other.
 */
export async function lintMutators(
  gate: Pick<RegisteredGate, "policies" | "entries">,
  settings: ClusterSettings,
  samples: readonly Sample[],
): Promise<Lint[]> {
  const lints: Lint[] = [];
  const changing = new Set<string>();
  for (const policy of gate.policies.filter(({ mutate }) => mutate !== undefined)) {
    const found = await findChange([policy], settings, [...samples, ...builtinSamples(policy)]);
    if (found === undefined) continue;
    changing.add(policy.name);
    lints.push(lintOf(`policies.${policy.name}`, "is not idempotent", found));
  }
  for (const { name, policies } of gateEntries(gate)) {
    const mutators = policies.filter((policy) => policy.mutate !== undefined && !changing.has(policy.name));
    if (mutators.length < 2) continue;
    const found = await findChange(mutators, settings, [...samples, ...mutators.flatMap(builtinSamples)]);
    const names = mutators.map((policy) => policy.name).join(", ");
    if (found !== undefined)
      lints.push(
        lintOf(`entries.${name}`, `has mutators that change the results of each other, among ${names}`, found),
      );
  }
  return lints;
}

interface SecondChange {
  readonly sample: Sample;
  readonly patch: readonly PatchOperation[];
}

function lintOf(place: string, fault: string, { sample, patch }: SecondChange): Lint {
  const text = printable(JSON.stringify(patch));
  const shown = text.length > MAX_PATCH_CHARACTERS ? `${text.slice(0, MAX_PATCH_CHARACTERS)}…` : text;
  const message = `${fault}: called again with its own result for ${sample.name} it patches ${shown}`;
  return { code: "mutator-not-idempotent", severity: "warning", place, message };
}

function builtinSamples(policy: Policy): Sample[] {
  return sampleReviews(policy).map((review) => ({ review, name: `a ${review.kind.kind}` }));
}

/** The first sample that the second run changes. Samples that a mutator denies or fails on are skipped. */
async function findChange(
  policies: readonly Policy[],
  settings: ClusterSettings,
  samples: readonly Sample[],
): Promise<SecondChange | undefined> {
  const engine = new PolicyEngine(policies);
  // All modes count as enforce, because a mode that withholds patches may change later.
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
  const deadline = new Deadline(TIMEOUT_MS, Date.now);
  try {
    const verdict = await engine.mutate({ review, settings, deadline, log: SILENT });
    return verdict.allowed ? verdict.patch : [];
  } finally {
    deadline.dispose();
  }
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
