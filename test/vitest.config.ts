import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  test: {
    include: ["test/**/*.test.ts"],
    // These need a real control plane: test/cluster/vitest.config.ts.
    exclude: ["test/cluster/**", "test/e2e/**", "**/node_modules/**"],
    setupFiles: ["test/failOnConsole.ts"],
    sequence: { shuffle: true },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ["default"],
  },
});
