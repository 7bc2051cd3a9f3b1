import { describe, expect, it } from "vitest";
import { podsOf, readRolloutSettings } from "../../src/rollout/RolloutSettings.ts";
import { growthOf, LINEAR } from "../run/growthOf.ts";

const ROLLOUT = "postern.dev/rollout";

it("readRolloutSettings reads all annotations", () => {
  expect(
    readRolloutSettings({
      [ROLLOUT]: "deployment/gate, StatefulSet/db,daemonset/edge.v1",
      "postern.dev/renewal-policy": "canary",
      "postern.dev/timeout-seconds": "90",
      "postern.dev/canary": "25%",
      "postern.dev/probe-port": "9443",
      "postern.dev/probe-host": "gate.example.com",
      "postern.dev/rollout-request": "2026-01-01T00:00:00Z-abc",
      "postern.dev/rollout-requested-by": "alice",
    }),
  ).toEqual({
    workloads: [
      { kind: "Deployment", name: "gate" },
      { kind: "StatefulSet", name: "db" },
      { kind: "DaemonSet", name: "edge.v1" },
    ],
    policy: "canary",
    timeoutMs: 90_000,
    canary: { percent: 25 },
    probePort: 9443,
    probeHost: "gate.example.com",
    request: "2026-01-01T00:00:00Z-abc",
    requestedBy: "alice",
  });
});

it("readRolloutSettings returns the defaults for the first annotation only, and undefined without it", () => {
  expect(readRolloutSettings({ [ROLLOUT]: "deployment/gate" })).toMatchObject({
    policy: "rolling",
    timeoutMs: 600_000,
    canary: { pods: 1 },
    probePort: 8443,
    request: undefined,
  });
  expect(readRolloutSettings({ "postern.dev/renewal-policy": "nonsense" })).toBeUndefined();
});

describe("readRolloutSettings throws bad-settings with the annotation and the expected value", () => {
  it.each([
    [ROLLOUT, ""],
    [ROLLOUT, "deployment"],
    [ROLLOUT, "deployment/"],
    [ROLLOUT, "deployment/gate/x"],
    [ROLLOUT, "pod/gate"],
    [ROLLOUT, "deployment/../secrets"],
    [ROLLOUT, "deployment/Gate"],
    [ROLLOUT, "deployment/gate,"],
    [ROLLOUT, "deployment/gate,Deployment/gate"],
    [ROLLOUT, Array.from({ length: 33 }, (_, at) => `deployment/gate-${at}`).join(",")],
    [ROLLOUT, ",".repeat(250_000)],
    ["postern.dev/renewal-policy", "blue-green"],
    ["postern.dev/renewal-policy", ""],
    ["postern.dev/renewal-policy", "Canary"],
    ["postern.dev/timeout-seconds", "0"],
    ["postern.dev/timeout-seconds", "-5"],
    ["postern.dev/timeout-seconds", "1e3"],
    ["postern.dev/timeout-seconds", "5m"],
    ["postern.dev/timeout-seconds", "86401"],
    ["postern.dev/canary", "0"],
    ["postern.dev/canary", "0%"],
    ["postern.dev/canary", "101%"],
    ["postern.dev/canary", "1.5"],
    ["postern.dev/canary", "all"],
    ["postern.dev/probe-port", "0"],
    ["postern.dev/probe-port", "65536"],
    ["postern.dev/probe-port", "https"],
    ["postern.dev/probe-host", "a b"],
    ["postern.dev/probe-host", "*.example.com"],
    ["postern.dev/rollout-request", "two words"],
    ["postern.dev/rollout-request", ""],
    ["postern.dev/rollout-request", "x".repeat(129)],
  ])("for %s: %j", (key, value) => {
    expect(() => readRolloutSettings({ [ROLLOUT]: "deployment/gate", [key]: value })).toThrow(
      expect.objectContaining({
        code: "bad-settings",
        message: expect.stringMatching(new RegExp(`^annotation ${key}: expected .+, not `)),
      }),
    );
  });
});

it.each([
  [{ pods: 1 }, 3, 1],
  [{ pods: 5 }, 3, 3],
  [{ percent: 25 }, 10, 3],
  [{ percent: 1 }, 3, 1],
  [{ percent: 100 }, 3, 3],
  [{ pods: 1 }, 0, 0],
])("podsOf(%j, %i) is %i", (portion, pods, expected) => {
  expect(podsOf(portion, pods)).toBe(expected);
});

it("readRolloutSettings takes the same time for an annotation of any length: those of all Certificates are read", () => {
  const textOf = (size: number): string => Array.from({ length: size }, (_, at) => `daemonset/${at}`).join(",");
  const growth = growthOf(2_000, textOf, (text) => readRolloutSettings({ [ROLLOUT]: text }));
  expect(growth).toBeLessThan(LINEAR);
});
