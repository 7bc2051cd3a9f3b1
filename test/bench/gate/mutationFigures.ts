import { policy } from "../../../src/policy/define/policy.ts";
import { PolicyEngine } from "../../../src/policy/run/PolicyEngine.ts";
import { encodeAdmissionReview } from "../../../src/protocol/review/encodeAdmissionReview.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { measureRatio } from "../Ratio.ts";
import { benchRun } from "./benchRun.ts";
import { largePod, largeReview } from "./largePod.ts";
import { measureCall } from "./measureCall.ts";

/** The cost of a mutation of three fields of a 100 KB object: draft, patch, base64 and the JSON of the answer. */
export async function mutationFigures({ rounds, durationMs }: BenchSize): Promise<Figure[]> {
  const object = JSON.stringify(largePod());
  const review = largeReview();
  const engine = new PolicyEngine([touchThreeFields]);
  const answer = async (body: unknown): Promise<string> => {
    const run = benchRun(body);
    return JSON.stringify(encodeAdmissionReview(run.review, await engine.mutate(run)));
  };
  const parsed: unknown = JSON.parse(review);
  await requirePatch(answer(parsed));
  const floor = (): Promise<number> => measureCall(() => JSON.stringify(JSON.parse(object)), durationMs);
  const withoutParse = await measureRatio(rounds, () => measureCall(() => answer(parsed), durationMs), floor);
  const withParse = await measureRatio(rounds, () => measureCall(() => answer(JSON.parse(review)), durationMs), floor);
  const size = `${Math.round(object.length / 1000)} KB`;
  return [
    {
      name: "mutation, with parse",
      compared: `JSON.parse of the review, change of three fields of ${size}, answer : JSON.parse and JSON.stringify of the object`,
      ratio: withParse,
      unit: "µs",
      target: { atMost: 1.5 },
    },
    {
      name: "mutation, without parse",
      compared: "change of three fields, answer : JSON.parse and JSON.stringify of the object",
      ratio: withoutParse,
      unit: "µs",
      target: { atMost: 1.5 },
    },
  ];
}

const touchThreeFields = policy({
  name: "touch-three-fields",
  match: { resources: ["pods"] },
  mutate(draft) {
    draft.metadata = { ...draft.metadata, labels: { ...draft.metadata?.labels, "example.com/seen": "true" } };
    const [container] = draft.spec?.containers ?? [];
    if (container !== undefined) container.imagePullPolicy = "Always";
    if (draft.spec !== undefined) draft.spec.priorityClassName = "low";
  },
});

async function requirePatch(answering: Promise<string>): Promise<void> {
  const { response } = JSON.parse(await answering) as { response: { patch?: string } };
  const patch: unknown = JSON.parse(Buffer.from(response.patch ?? "", "base64").toString() || "[]");
  if (!Array.isArray(patch) || patch.length !== 3) throw new Error("the patch does not have three operations");
}
