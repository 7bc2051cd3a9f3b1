import { denyLabels } from "../../src/policies/index.ts";
import { type CallEstimate, callEstimate, workloadEstimate } from "../../src/registration/lint/callEstimate.ts";
import type { RegisteredTarget } from "../../src/registration/rules/registeredTargets.ts";

const CLUSTERS = [10, 100, 1_000];
/** The default of `postern render --nodes`. */
const NODES = 50;
const SECONDS_A_DAY = 86_400;

/** A policy that is called for every object and its subresources. */
const EVERYTHING: RegisteredTarget = {
  policy: denyLabels(),
  group: "*",
  versions: ["*"],
  resource: "*",
  subresource: "*",
  scope: "*",
  operations: ["CREATE", "UPDATE"],
  template: [],
};

const GATES: readonly (readonly [what: string, estimate: (nodes: number) => CallEstimate])[] = [
  ["workloads", workloadEstimate],
  ["nearly everything", (nodes) => callEstimate([], nodes)],
  ["with subresources", (nodes) => callEstimate([EVERYTHING], nodes)],
];

/** Calls and costs of fleets, from the estimate of the lint `calls-for-everything`, as a Markdown table. */
export function sizingTable(): string {
  const rows = CLUSTERS.flatMap((clusters) =>
    GATES.map(([what, estimate]) => {
      const { callsPerDay, workersPerMonth, lambdaPerMonth } = estimate(clusters * NODES);
      const cells = [
        number(clusters),
        what,
        number(callsPerDay),
        number(callsPerDay / SECONDS_A_DAY),
        number(workersPerMonth),
        number(lambdaPerMonth),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  );
  const head =
    "| clusters | the gate is called for | calls a day | calls a second | Workers, $ a month | Lambda, $ a month |";
  return [head, "|---|---|---|---|---|---|", ...rows].join("\n");
}

/** Two digits that count: an estimate has no more. */
function number(value: number): string {
  return value < 0.1 ? "< 0.1" : Number(value.toPrecision(2)).toLocaleString("en");
}
