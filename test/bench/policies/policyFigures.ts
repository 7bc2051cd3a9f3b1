import { catalogue } from "../../../src/policies/catalogue/catalogue.ts";
import { podSecurity } from "../../../src/policies/pod-security/podSecurity.ts";
import type { Policy } from "../../../src/policy/define/policy.ts";
import { Deadline } from "../../../src/policy/run/Deadline.ts";
import { PolicyEngine } from "../../../src/policy/run/PolicyEngine.ts";
import type { BenchSize } from "../BenchSize.ts";
import type { Figure } from "../Figure.ts";
import { benchRun } from "../gate/benchRun.ts";
import { measureCall } from "../gate/measureCall.ts";
import { measureRatio } from "../Ratio.ts";
import { gateCall } from "./gateCall.ts";
import { plainPodSecurity } from "./plainPodSecurity.ts";
import { restrictedReview } from "./restrictedReview.ts";

/** What the policies of the library cost, compared with `JSON.parse` of the same review and with a policy written by hand. */
export async function policyFigures({ rounds, durationMs }: BenchSize): Promise<Figure[]> {
  const text = restrictedReview();
  const restricted = podSecurity({ level: "restricted" });
  const all = catalogue.map(({ make }) => make()).filter(({ validate }) => validate !== undefined);
  const measured = (call: () => unknown) => (): Promise<number> => measureCall(call, durationMs);
  const parse = measured(() => JSON.parse(text));
  const ratio = (subject: () => unknown, floor: () => Promise<number>) =>
    measureRatio(rounds, measured(subject), floor);
  const call = (policies: readonly Policy[]) => gateCall(policies, text);
  return [
    {
      name: "library, restricted",
      compared: `only the engine: Pod Security restricted on a Pod of ${kilobytes(text)} : JSON.parse of its review`,
      ratio: await ratio(engineCall([restricted], text), parse),
      unit: "µs",
      target: { atMost: 0.5 },
    },
    {
      name: "library, all",
      compared: `only the engine: all ${all.length} validators of the library on the same Pod : JSON.parse of its review`,
      ratio: await ratio(engineCall(all, text), parse),
      unit: "µs",
      target: { atMost: 1.5 },
    },
    {
      name: "library, one source",
      compared: "a call of the gate in process: Pod Security restricted as conditions : as one function",
      ratio: await ratio(call([restricted]), measured(call([plainPodSecurity()]))),
      unit: "µs",
      target: { atMost: 1.2 },
    },
  ];
}

function engineCall(policies: readonly Policy[], text: string): () => unknown {
  const engine = new PolicyEngine(policies);
  const run = benchRun(JSON.parse(text));
  const paramsOf = new Map(policies.map(({ name, params }) => [name, params?.parse(undefined) ?? {}]));
  const settings = { ...run.settings, paramsOf: (name: string) => paramsOf.get(name) };
  return () => engine.validate({ ...run, settings, deadline: new Deadline(10_000, Date.now) });
}

function kilobytes(text: string): string {
  return `${(Buffer.byteLength(text) / 1000).toFixed(1)} kB`;
}
