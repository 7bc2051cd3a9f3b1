import { policy } from "../../src/policy/define/policy.ts";
import { PolicyEngine } from "../../src/policy/run/PolicyEngine.ts";
import { encodeAdmissionReview } from "../../src/protocol/review/encodeAdmissionReview.ts";
import type { BenchSize } from "./BenchSize.ts";
import { benchRun } from "./benchRun.ts";
import type { Figure } from "./Figure.ts";
import { largePod, largeReview } from "./largePod.ts";
import { measureCall } from "./measureCall.ts";
import { measureRatio } from "./Ratio.ts";

/** What a mutation costs that touches three fields of a 100 KB object: draft, patch, base64 and the answer's JSON. */
export async function mutationFigures({ rounds, milliseconds }: BenchSize): Promise<Figure[]> {
  const object = JSON.stringify(largePod());
  const review = largeReview();
  const engine = new PolicyEngine([touchThreeFields]);
  const answer = async (body: unknown): Promise<string> => {
    const run = benchRun(body);
    return JSON.stringify(encodeAdmissionReview(run.review, await engine.mutate(run)));
  };
  const parsed: unknown = JSON.parse(review);
  await requirePatch(answer(parsed));
  const floor = (): Promise<number> => measureCall(() => JSON.stringify(JSON.parse(object)), milliseconds);
  const alone = await measureRatio(rounds, () => measureCall(() => answer(parsed), milliseconds), floor);
  const whole = await measureRatio(rounds, () => measureCall(() => answer(JSON.parse(review)), milliseconds), floor);
  const size = `${Math.round(object.length / 1000)} KB`;
  return [
    {
      name: "mutation, with parse",
      compared: `JSON.parse of the review, three fields of ${size} touched, answer : JSON.parse and JSON.stringify of the object`,
      ratio: whole,
      unit: "µs",
      aim: { atMost: 1.5 },
    },
    {
      name: "mutation alone",
      compared: "the same without JSON.parse of the review : the same",
      ratio: alone,
      unit: "µs",
      aim: { atMost: 1.5 },
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
  if (!Array.isArray(patch) || patch.length !== 3) throw new Error("the mutation did not make three changes");
}
