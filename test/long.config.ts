import { defineConfig } from "vitest/config";
import { suiteConfig } from "./run/suiteConfig.ts";

/** `npm run test:long`: model-based runs against real servers, a real nginx, certificates that live for seconds. */
export default defineConfig(() =>
  suiteConfig({
    include: ["test/**/*.long.test.ts"],
    exclude: ["test/cluster/**", "test/e2e/**"],
    seconds: 90,
    longest: ["sidecar/nginx.", "dualCertificates.", "nextStep.property."],
    worker: { gibibytes: 2, perCore: 1 },
    testTimeoutMs: 120_000,
    hookTimeoutMs: 60_000,
  }),
);
