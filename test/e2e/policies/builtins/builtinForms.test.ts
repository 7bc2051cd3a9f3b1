import { afterAll, beforeAll, expect, it } from "vitest";
import { validatorOf } from "../../../../src/policy/validations/validations.ts";
import { reviewOf } from "../../../policies/faultsOf.ts";
import { patience } from "../../../run/speedFactor.ts";
import { StartedResources } from "../../run/StartedResources.ts";
import { comparisonSize } from "../comparisonSize.ts";
import { inParallel } from "../inParallel.ts";
import { reportCounts } from "../reportCounts.ts";
import { BuiltinBed } from "./BuiltinBed.ts";
import { comparedPolicies } from "./comparedPolicies.ts";
import { allowConnects, connect, connectCalls, connectReview } from "./connectCalls.ts";
import { FormCounts } from "./FormCounts.ts";
import { faultsByPolicy } from "./faultsByPolicy.ts";
import { builtinObjects } from "./objects/builtinObjects.ts";
import { scaleAll } from "./scaleAll.ts";
import { updateAll } from "./updateAll.ts";
import { UpdateSamples } from "./updateCases.ts";

/** On the reference machine. */
const TIMEOUT_MS = comparisonSize({ quick: 60_000, full: 1_200_000 });
const MIN_OBJECTS = 5_000;
/** What each policy must deny, and what it must allow. */
const MIN_VERDICTS = 20;

/** Policies on connections, on new objects, and on what no update can change. */
const UNCHANGEABLE: readonly string[] = [
  "access-modes-2",
  "disallow-default-namespace",
  "disallow-deprecated-apis",
  "disallow-exec",
  "exec-2",
  "limit-access-modes",
  "limit-storage-classes",
  "limit-volume-sizes",
  "storage-classes-2",
  "volume-sizes-2",
];

const started = new StartedResources();
const counts = new FormCounts();
const samples = new UpdateSamples();
let bed: BuiltinBed;

// A cluster of its own: some of the objects have no namespace that would keep others apart.
beforeAll(async () => {
  bed = await started.add(BuiltinBed.start(comparedPolicies()), (it) => it.stop());
  await createAll();
  await allowConnects(bed);
  await inParallel(connectCalls, async (call) => {
    const answer = bed.answerOf(await connect(bed, call));
    expect(answer).toMatchObject({ status: 404 });
    const review = connectReview(call);
    counts.add({ ...review.object, call }, answer, await faultsByPolicy(bed.policies, review));
  });
}, patience(TIMEOUT_MS));

afterAll(() => started.stop());

async function createAll(): Promise<void> {
  const objects = builtinObjects();
  const judged = await inParallel(objects, async (object) => {
    const answer = await bed.create(object);
    if (answer.status !== 201) {
      // API validation refuses some of the odd values.
      expect({ object, ...answer }).toMatchObject({ status: 422 });
      return undefined;
    }
    const found = await faultsByPolicy(bed.policies, reviewOf(answer.body));
    counts.add(answer.body, answer, found);
    return found;
  });
  // In the order of the objects, so that the updates are the same in each run.
  for (const [index, found] of judged.entries())
    for (const [policy, isFaulty] of found ?? []) samples.add(policy, objects[index], isFaulty);
}

it("all validators of the catalogue have a native form", () => {
  const others = bed.forms.filter(({ native }) => native !== "yes").map(({ policy, native }) => `${policy}: ${native}`);
  expect(others).toEqual([]);
});

it("native forms find faults in the new objects in which the gate's engine finds some, and in no others", () => {
  for (const { name } of bed.policies) reportCounts(`native form of ${name}`, { ...counts.of(name) });
  reportCounts("native forms of built-ins", {
    policies: bed.policies.length,
    objects: counts.objects,
    denials: counts.denials,
    differences: counts.lines.length,
  });
  expect(counts.lines.slice(0, 5)).toEqual([]);
  expect(counts.objects).toBeGreaterThanOrEqual(MIN_OBJECTS);
});

it("each policy denies some of the objects and allows others", () => {
  const rare = bed.policies.filter(({ name }) => {
    const { objects, denied } = counts.of(name);
    return Math.min(denied, objects - denied) < MIN_VERDICTS;
  });
  expect(rare.map(({ name }) => name)).toEqual([]);
});

it("native forms judge updates as the gate's engine does, except where the old object has a fault", {
  timeout: patience(TIMEOUT_MS),
}, async () => {
  // What only warns of Pod templates warns of old faults too.
  const isCompared = (name: string): boolean =>
    validatorOf(bed.policies.find((it) => it.name === name)?.validate)?.settings.onTemplates !== "warn";
  const updates = samples.cases().filter(({ policy }) => isCompared(policy));
  const { done, lines } = await updateAll(bed, updates);
  const scaled = await scaleAll(bed);
  for (const [change, { policies, ...told }] of done)
    reportCounts(`updates of built-ins, ${change}`, { policies: policies.size, ...told });
  expect([...lines, ...scaled].slice(0, 5)).toEqual([]);
  const added = done.get("added")?.policies;
  const names = bed.policies.map(({ name }) => name).filter((name) => isCompared(name) && added?.has(name) !== true);
  expect(names.sort()).toEqual(UNCHANGEABLE);
});
