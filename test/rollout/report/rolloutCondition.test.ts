import { expect, it } from "vitest";
import type { CertificateCondition, CertificateView } from "../../../src/rollout/CertificateView.ts";
import { rolloutCondition } from "../../../src/rollout/report/rolloutCondition.ts";

const NOW = Date.parse("2026-01-01T00:00:00.500Z");
const BEFORE = "2025-12-31T00:00:00Z";
const SUMMARY = { status: "True", reason: "RolledOut", message: "all Pods" } as const;

function certificate(condition?: Partial<CertificateCondition>): CertificateView {
  const conditions =
    condition === undefined
      ? []
      : [{ type: "RolledOut", observedGeneration: 2, lastTransitionTime: BEFORE, ...SUMMARY, ...condition }];
  return {
    namespace: "gates",
    name: "gate",
    uid: "u",
    generation: 2,
    created: BEFORE,
    annotations: {},
    host: undefined,
    revision: 1,
    isReady: true,
    conditions,
  };
}

it("rolloutCondition returns undefined when the condition is already stored", () => {
  expect(rolloutCondition(certificate({}), SUMMARY, NOW)).toBeUndefined();
});

it.each([
  ["no condition is stored", undefined, "2026-01-01T00:00:00Z"],
  ["its status changes", { status: "Unknown" }, "2026-01-01T00:00:00Z"],
  ["only its reason changes", { reason: "Rolling" }, BEFORE],
  ["only its message changes", { message: "one Pod" }, BEFORE],
  ["the Certificate has changed", { observedGeneration: 1 }, BEFORE],
])("rolloutCondition returns the condition with its transition time when %s", (_, condition, lastTransitionTime) => {
  expect(rolloutCondition(certificate(condition), SUMMARY, NOW)).toEqual({
    type: "RolledOut",
    ...SUMMARY,
    observedGeneration: 2,
    lastTransitionTime,
  });
});
