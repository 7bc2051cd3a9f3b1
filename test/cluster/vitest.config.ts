import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The suites that need a real control plane: `npm run test:cluster`. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/cluster/**/*.test.ts", "test/e2e/**/*.test.ts"],
    setupFiles: ["test/failOnConsole.ts"],
    globalSetup: ["test/cluster/sharedCluster.ts"],
    sequence: { shuffle: true },
    pool: "forks",
    // One more than small machines have cores: much of the time is waiting.
    maxWorkers: 3,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    reporters: ["default"],
  },
});
