import { createHash } from "node:crypto";
import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from "vitest/node";

/**
 * A sequencer that runs test files in a random order, which depends on the seed of the run. Files whose path contains
 * one of `longest` run first, in the order of `longest`: a long file that starts last would delay the end of the run.
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
