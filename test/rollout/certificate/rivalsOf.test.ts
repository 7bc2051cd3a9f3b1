import { describe, expect, it } from "vitest";
import type { CertificateView } from "../../../src/rollout/CertificateView.ts";
import { rivalsOf } from "../../../src/rollout/certificate/rivalsOf.ts";

const GATE = { kind: "Deployment", name: "gate" } as const;

function certificate(name: string, created: string, workloads = "deployment/gate"): CertificateView {
  const annotations = { "postern.dev/rollout": workloads };
  return {
    namespace: "gates",
    name,
    uid: `u-${name}`,
    generation: 1,
    created,
    annotations,
    host: undefined,
    revision: 1,
    isReady: true,
    conditions: [],
  };
}

describe("rivalsOf", () => {
  it.each([
    ["undefined without other Certificates", [], undefined],
    ["an older Certificate of the workload", [certificate("z", "2025-01-01T00:00:00Z")], "z"],
    ["undefined for a newer Certificate", [certificate("a", "2027-01-01T00:00:00Z")], undefined],
    ["the first by name of the same age", [certificate("a", "2026-01-01T00:00:00Z")], "a"],
    ["undefined for the second by name of the same age", [certificate("z", "2026-01-01T00:00:00Z")], undefined],
    ["undefined for another workload", [certificate("a", "2025-01-01T00:00:00Z", "deployment/x")], undefined],
    ["undefined for unreadable annotations", [certificate("a", "2025-01-01T00:00:00Z", "nonsense")], undefined],
  ])("returns %s", (_, others, rival) => {
    const own = certificate("m", "2026-01-01T00:00:00Z");
    expect(rivalsOf(own, [own, ...others])(GATE)).toBe(rival);
  });
});
