import { defineConfig } from "vitest/config";
import { suiteConfig } from "../run/suiteConfig.ts";

/** `npm run test:cluster`: the suites that need a real control plane. */
export default defineConfig(() =>
  suiteConfig({
    include: ["test/cluster/**/*.test.ts", "test/e2e/**/*.test.ts"],
    exclude: [],
    seconds: 450,
    // A control plane with controllers, cert-manager and a gate. The tests mostly wait.
    worker: { gibibytes: 3, perCore: 1 },
    testTimeoutMs: 90_000,
    hookTimeoutMs: 120_000,
    longest: [
      "/rollout.",
      "/syncKills.",
      "/rolloutKills.",
      "/rolloutCadence.",
      "/sync.",
      "/certManager.",
      "/syncBreakGlass.",
      "/builtinForms.",
      "/nativeForms.",
    ],
    globalSetup: ["test/cluster/sharedCluster.ts"],
  }),
);
