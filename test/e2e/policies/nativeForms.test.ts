import { afterAll, beforeAll, expect, it } from "vitest";
import { sharedCluster } from "../../cluster/sharedCluster.ts";
import { patience } from "../../run/speedFactor.ts";
import { StartedResources } from "../run/StartedResources.ts";
import { comparisonSize } from "./comparisonSize.ts";
import { inParallel } from "./inParallel.ts";
import { judgeCreate, messagesOf } from "./judgeCreate.ts";
import { NativeBed } from "./NativeBed.ts";
import { type NativeObject, nativeCases } from "./nativeCases.ts";
import { reportCounts } from "./reportCounts.ts";

/** On the reference machine. */
const TIMEOUT_MS = comparisonSize({ quick: 60_000, full: 1_200_000 });

const started = new StartedResources();
let beds: readonly NativeBed[];

beforeAll(async () => {
  const cluster = await started.add(sharedCluster(), (it) => it.close());
  beds = await inParallel(await nativeCases(), (native, index) =>
    started.add(NativeBed.start(cluster, native, `native-${index}`), (it) => it.stop()),
  );
});

afterAll(() => started.stop());

async function compare(bed: NativeBed, given: NativeObject) {
  const { object, warnings } = await bed.create(given);
  if (object === undefined) return { kind: given.kind.kind, isJudged: false, isDenied: false, lines: [] };
  const verdict = await judgeCreate(bed.native.policy, given.kind, object);
  const { allowed } = verdict;
  const { policy, hasEqualMessages = false } = bed.native;
  const isEqual = hasEqualMessages
    ? messagesOf(verdict)
        .map((it) => `${policy.name}: ${it}`)
        .sort()
        .join("\n") === [...warnings].sort().join("\n")
    : allowed === (warnings.length === 0) && !warnings.some((it) => it.includes("resulted in error"));
  const line = `${policy.name} says ${JSON.stringify(messagesOf(verdict))}, and warnings are ${JSON.stringify(warnings)}: ${JSON.stringify(given.object)}`;
  return { kind: given.kind.kind, isJudged: true, isDenied: !allowed, lines: isEqual ? [] : [line] };
}

it("warns of the objects that the gate's engine denies, and of no others", {
  timeout: patience(TIMEOUT_MS),
}, async () => {
  const tasks = beds.flatMap((bed) => bed.native.objects.map((object) => ({ bed, object })));
  const all = await inParallel(tasks, ({ bed, object }) => compare(bed, object));
  expect(all.flatMap(({ lines }) => lines).slice(0, 10)).toEqual([]);
  for (const kind of new Set(all.map((it) => it.kind))) {
    const own = all.filter((it) => it.kind === kind && it.isJudged);
    const denied = own.filter(({ isDenied }) => isDenied).length;
    expect(Math.min(denied, own.length - denied)).toBeGreaterThan(0);
    reportCounts(`native forms, ${kind}`, { judged: own.length, denied });
  }
});

it("has expressions of the right types for each resource that the rules name", async () => {
  expect((await inParallel(beds, (bed) => bed.typeWarnings())).flat()).toEqual([]);
});
