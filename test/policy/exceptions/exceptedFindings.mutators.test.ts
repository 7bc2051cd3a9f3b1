import { expect, it } from "vitest";
import { deny } from "../../../src/policy/define/Finding.ts";
import type { Mode } from "../../../src/policy/define/Mode.ts";
import type { PolicyException } from "../../../src/policy/define/PolicyException.ts";
import { policy } from "../../../src/policy/define/policy.ts";
import { PolicyEngine } from "../../../src/policy/run/PolicyEngine.ts";
import type { Verdict } from "../../../src/protocol/review/Verdict.ts";
import { frozenReview, testRun } from "../policyRun.ts";

const UNTIL_MS = Date.parse("2026-12-31");
const permitted = "excepted until 2026-12-31 (team-a: old)";
const excepted: Partial<PolicyException> = { namespaces: ["*"] };
const review = frozenReview("validate-v1-create-pods-1");

interface Judging {
  readonly narrowing?: Partial<PolicyException>;
  readonly mode?: Mode;
  readonly now?: number;
  /** What the mutator says. Default: it adds a label. */
  readonly says?: "no" | "nothing";
}

/** The verdict of a policy that changes Pods and judges them, with one exception. */
function mutate({ narrowing = excepted, mode = "enforce", now = 0, says }: Judging): Promise<Verdict> {
  const labels = policy({
    name: "add-label",
    match: { resources: ["pods"] },
    reportsEachFault: true,
    validate: () => undefined,
    mutate: (draft) => {
      if (says === "no") return deny("no");
      if (says === undefined) draft.metadata = { ...draft.metadata, labels: { ...draft.metadata?.labels, a: "b" } };
      return undefined;
    },
  });
  const exception = { policy: "add-label", until: "2026-12-31", untilMs: UNTIL_MS, reason: "old", owner: "team-a" };
  const excepting = { exceptions: [{ ...exception, ...narrowing }], now };
  const settings = { cluster: "c", modeOf: () => mode, paramsOf: () => ({}), excepting };
  return new PolicyEngine([labels]).mutate({ ...testRun(review), settings });
}

it("an exception with images does not hold a mutator back: it is for faults of containers", async () => {
  const verdict = await mutate({ narrowing: { images: ["registry.example.com/agent:1"] } });
  expect(verdict).toMatchObject({ allowed: true, patch: [{ op: "add" }], auditAnnotations: {} });
  expect(verdict.policies[0]).not.toHaveProperty("exception");
});

it.each<[mode: Mode]>([["enforce"], ["warn"], ["audit"]])(
  "an excepted change is not warned about in mode %s",
  async (mode) => {
    const verdict = await mutate({ mode });
    expect(verdict).toMatchObject({ allowed: true, patch: [], warnings: [], policies: [{ exception: permitted }] });
    expect(verdict.auditAnnotations).toMatchObject({ "add-label.excepted": permitted });
  },
);

it("the client is warned of a change in the last 14 days of its exception", async () => {
  const verdict = await mutate({ now: UNTIL_MS - 1 });
  expect(verdict.warnings).toEqual([
    expect.stringMatching(/^add-label: excepted until 2026-12-31 .*: would patch: add /),
  ]);
});

it("a denial of an excepted mutator is permitted, and the exception is needed", async () => {
  const verdict = await mutate({ says: "no" });
  expect(verdict).toMatchObject({
    allowed: true,
    policies: [{ exception: permitted, findings: [{ effect: "excepted", message: "no" }] }],
  });
  expect(verdict.auditAnnotations).toEqual({ "add-label.excepted": `${permitted}: no` });
});

it.each<[what: string, judging: Judging]>([
  ["with images", { narrowing: { images: ["registry.example.com/agent:1"] } }],
  ["at its end", { now: UNTIL_MS }],
])("a denial of a mutator is not permitted by an exception %s", async (_what, judging) => {
  expect(await mutate({ ...judging, says: "no" })).toMatchObject({ allowed: false, message: "add-label: no" });
});

it("an exception of a mutator that changes nothing is not needed, and the verdict does not name it", async () => {
  const verdict = await mutate({ says: "nothing" });
  expect(verdict.auditAnnotations).toEqual({ "add-label.exception-unneeded": permitted });
  expect(verdict.policies[0]).not.toHaveProperty("exception");
});
