import { defineConfig } from "vitest/config";
import { suiteConfig } from "./run/suiteConfig.ts";

/** `npm test`: the tests that need no control plane and are fast. */
export default defineConfig(() =>
  suiteConfig({
    include: ["test/**/*.test.ts"],
    exclude: ["test/cluster/**", "test/e2e/**", "test/**/*.long.test.ts"],
    seconds: 280,
    longest: ["dev/devCommand", "serve/serveCommand.", "review/reviewCommand."],
    worker: { gibibytes: 2, perCore: 1 },
    testTimeoutMs: 30_000,
    hookTimeoutMs: 60_000,
  }),
);
