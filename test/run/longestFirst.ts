import { createHash } from "node:crypto";
import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from "vitest/node";

/**
 * Test files in an order that the run's seed gives, but for those whose path has one of `longest` in it: they come first,
 * so that no worker is left with a long file when the others have nothing more to do.
 */
export function longestFirst(longest: readonly string[]): TestSequencerConstructor {
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const { seed } = this.ctx.config.sequence;
      return files
        .map((file) => ({ file, key: keyOf(file.moduleId, seed) }))
        .sort((left, right) => left.key.localeCompare(right.key))
        .map(({ file }) => file);
    }
  };

  function keyOf(path: string, seed: number): string {
    const rank = longest.findIndex((name) => path.includes(name));
    const place = rank === -1 ? "z" : String(rank).padStart(3, "0");
    return `${place} ${createHash("sha256").update(`${seed} ${path}`).digest("hex")}`;
  }
}
