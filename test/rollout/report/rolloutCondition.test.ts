import { expect, it } from "vitest";
import type { CertificateCondition, CertificateView } from "../../../src/rollout/certificate/CertificateView.ts";
import { rolloutCondition } from "../../../src/rollout/report/rolloutCondition.ts";

const NOW = Date.parse("2026-01-01T00:00:00.500Z");
const BEFORE = "2025-12-31T00:00:00Z";
const SUMMARY = { status: "True", reason: "RolledOut", message: "all of it" } as const;

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

it("is not written where it is there already", () => {
  expect(rolloutCondition(certificate({}), SUMMARY, NOW)).toBeUndefined();
});

it.each([
  ["there is none", undefined, "2026-01-01T00:00:00Z"],
  ["its status changes", { status: "Unknown" }, "2026-01-01T00:00:00Z"],
  ["only its reason changes", { reason: "Rolling" }, BEFORE],
  ["only its message changes", { message: "less" }, BEFORE],
  ["the Certificate has changed since", { observedGeneration: 1 }, BEFORE],
])("is written when %s", (_, condition, lastTransitionTime) => {
  expect(rolloutCondition(certificate(condition), SUMMARY, NOW)).toEqual({
    type: "RolledOut",
    ...SUMMARY,
    observedGeneration: 2,
    lastTransitionTime,
  });
});
