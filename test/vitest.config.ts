import { defineConfig } from "vitest/config";
import { suiteConfig } from "./run/suiteConfig.ts";

/** `npm test`: all that needs no real control plane and does not take long. */
export default defineConfig(() =>
  suiteConfig({
    include: ["test/**/*.test.ts"],
    exclude: ["test/cluster/**", "test/e2e/**", "test/**/*.long.test.ts"],
    seconds: 100,
    longest: ["cli/devCommand", "cli/serveCommand.", "cli/reviewCommand."],
    worker: { gibibytes: 2, perCore: 1 },
    testTimeoutMs: 30_000,
    hookTimeoutMs: 60_000,
  }),
);
