import { defineConfig } from "vitest/config";
import { suiteConfig } from "./run/suiteConfig.ts";

/** `npm run test:long`: runs that take long, such as model-based tests against real servers and tests with nginx. */
export default defineConfig(() =>
  suiteConfig({
    include: ["test/**/*.long.test.ts"],
    exclude: ["test/cluster/**", "test/e2e/**"],
    seconds: 320,
    longest: ["runSidecar.nginx.", ".dualCertificates.", "/nextStep.property."],
    worker: { gibibytes: 2, perCore: 1 },
    testTimeoutMs: 120_000,
    hookTimeoutMs: 60_000,
  }),
);
