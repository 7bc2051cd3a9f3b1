import type { ClusterSettings } from "../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../policy/define/policy.ts";
import { policyTargets } from "../../policy/match/policyTargets.ts";
import { annotationKey } from "../../policy/run/annotationKey.ts";
import { writeJson } from "../../protocol/json/writeJson.ts";
import type { PatchOperation } from "../../protocol/patch/PatchOperation.ts";
import type { Review } from "../../protocol/review/Review.ts";
import { gateEntries } from "../../registration/entry/gateEntries.ts";
import type { RegisteredGate } from "../../registration/entry/RegisteredGate.ts";
import type { Lint } from "../../registration/lint/Lint.ts";
import { printable } from "../../telemetry/printable.ts";
import { afterOtherWebhook, faultAfterOther } from "./afterOtherWebhook.ts";
import { MutatorTrial } from "./MutatorTrial.ts";
import { ofController } from "./ofController.ts";
import { sampleReviews } from "./sampleReviews.ts";
import { updateOfOlder } from "./updateOfOlder.ts";

/** A longer text is cut off in a message. */
const MAX_SHOWN_CHARACTERS = 300;
/** The kinds that replace their Pods when their template changes. */
const ROLLED = ["deployments", "statefulsets", "daemonsets"];

/** A review to test mutators with, and its name in messages. */
export interface Sample {
  readonly review: Review;
  readonly name: string;
}

/**
 * Tries mutators on `samples` and on a small object of each built-in kind that they match:
 *
 * | trial | lint |
 * |---|---|
 * | again on its own result, as `reinvocationPolicy` may | `mutator-not-idempotent` when it changes it |
 * | again after another webhook added containers, volumes and variables | `mutator-not-idempotent` when it removes one, adds its own twice, or changes the result once more |
 * | an UPDATE of an object that is older than the gate | `mutator-replaces-pods` when it changes the template of a workload |
 * | objects with a controller, and of before, with `leaveAlone: false` | `mutator-leaves-nothing-alone`, with what it changes |
 *
 * Then does the first with all mutators of an entry together, which may undo the changes of each other.
 */
export async function lintMutators(
  gate: Pick<RegisteredGate, "policies" | "entries">,
  settings: ClusterSettings,
  samples: readonly Sample[],
): Promise<Lint[]> {
  const lints: Lint[] = [];
  const changing = new Set<string>();
  for (const policy of gate.policies.filter(({ mutate }) => mutate !== undefined)) {
    const tried = [...samples, ...builtinSamples(policy)];
    const trial = new MutatorTrial([policy], settings);
    const again = (await findAgain(trial, tried)) ?? (await findAfterOther(trial, tried));
    if (again !== undefined) {
      changing.add(policy.name);
      lints.push(lintOf("mutator-not-idempotent", policy, `is not idempotent: ${again}`));
    }
    lints.push(...(await lintOlder(policy, trial, tried)));
    if (!policy.leaveAlone) lints.push(await lintLeaveAlone(policy, settings, tried));
  }
  for (const { name, policies } of gateEntries(gate)) {
    const mutators = policies.filter((policy) => policy.mutate !== undefined && !changing.has(policy.name));
    if (mutators.length < 2) continue;
    const trial = new MutatorTrial(mutators, settings);
    const found = await findAgain(trial, [...samples, ...mutators.flatMap(builtinSamples)]);
    const names = mutators.map((policy) => policy.name).join(", ");
    const message = `has mutators that change the results of each other, among ${names}: ${found}`;
    if (found !== undefined)
      lints.push({ code: "mutator-not-idempotent", severity: "warning", place: `entries.${name}`, message });
  }
  return lints;
}

function lintOf(code: Lint["code"], { name }: Policy, message: string): Lint {
  return { code, severity: "warning", place: `policies.${name}`, message };
}

function builtinSamples(policy: Policy): Sample[] {
  return sampleReviews(policy).map((review) => ({ review, name: `a ${review.kind.kind}` }));
}

/** What a second run changes in the first sample that it changes. Samples that a mutator denies or fails on are skipped. */
async function findAgain(trial: MutatorTrial, samples: readonly Sample[]): Promise<string | undefined> {
  for (const { review, name } of samples) {
    const first = await trial.run(review);
    if (first.patch.length === 0) continue;
    const { patch } = await trial.runAgain(review, first.object);
    if (patch.length > 0) return `called again with its own result for ${name} it patches ${shownPatch(patch)}`;
  }
  return undefined;
}

async function findAfterOther(trial: MutatorTrial, samples: readonly Sample[]): Promise<string | undefined> {
  for (const { review, name } of samples) {
    const first = await trial.run(review);
    if (first.patch.length === 0) continue;
    const other = afterOtherWebhook(first.object);
    const when = `called again for ${name} after another webhook`;
    const second = await trial.runAgain(review, other);
    if (second.patch.length === 0) continue;
    const fault = faultAfterOther(second.object);
    if (fault !== undefined) return `${when} it ${fault}`;
    const { patch } = await trial.runAgain(review, second.object);
    if (patch.length > 0) return `${when} and then once more it patches ${shownPatch(patch)}`;
  }
  return undefined;
}

async function lintOlder(policy: Policy, trial: MutatorTrial, samples: readonly Sample[]): Promise<Lint[]> {
  for (const { review, name } of samples) {
    const { resource, group } = review.resource;
    if (group !== "apps" || !ROLLED.includes(resource)) continue;
    const { patch } = await trial.run(updateOfOlder(review));
    if (!patch.some(({ path }) => path.startsWith("/spec/template"))) continue;
    const message = `changes the Pod templates of workloads that are older than it: the next update of ${name}, such as an annotation, replaces all of its Pods`;
    return [lintOf("mutator-replaces-pods", policy, message)];
  }
  return [];
}

/** What a policy with `leaveAlone: false` changes, found by a run of the policy with the default. */
async function lintLeaveAlone(policy: Policy, settings: ClusterSettings, samples: readonly Sample[]): Promise<Lint> {
  const trial = new MutatorTrial([{ ...policy, leaveAlone: true }], settings);
  const left = new Map<string, string>();
  for (const { review, name } of samples)
    for (const variant of [review, updateOfOlder(review), ofController(review), ofController(updateOfOlder(review))]) {
      if (!matchesOperation(policy, variant)) continue;
      const parts = (await trial.run(variant)).annotations[annotationKey(policy.name, "left-alone")];
      for (const part of parts?.split(/(?<=\)), /) ?? []) if (!left.has(part)) left.set(part, name);
    }
  const found = left.size === 0 ? "none on the samples" : shown([...left].map((it) => it.join(" of ")).join(", "));
  return lintOf(
    "mutator-leaves-nothing-alone",
    policy,
    `has leaveAlone: false, so it also changes what controllers compare and the API server refuses to change: ${found}`,
  );
}

function matchesOperation({ match }: Policy, { operation }: Review): boolean {
  return policyTargets(match, "mutate").some(({ operations }) => operations.includes(operation));
}

function shownPatch(patch: readonly PatchOperation[]): string {
  return shown(writeJson(patch));
}

function shown(text: string): string {
  const line = printable(text);
  return line.length > MAX_SHOWN_CHARACTERS ? `${line.slice(0, MAX_SHOWN_CHARACTERS)}…` : line;
}
