/** The ratio of two measurements over several rounds of one run. */
export interface Ratio {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Medians of the two sides, in the unit of the measurements. */
  readonly subject: number;
  readonly floor: number;
}

/**
 * Measures `subject` and `floor` in turn, so that other load affects both, and divides the results of each round. The
 * order changes with every round. Both resolve to one number in the same unit.
 */
export async function measureRatio(
  rounds: number,
  subject: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<Ratio> {
  const subjects: number[] = [];
  const floors: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % 2 === 0 ? await subject() : await floor();
    const second = round % 2 === 0 ? await floor() : await subject();
    const [ours, theirs] = round % 2 === 0 ? [first, second] : [second, first];
    subjects.push(ours);
    floors.push(theirs);
    ratios.push(ours / theirs);
  }
  return {
    median: median(ratios),
    min: Math.min(...ratios),
    max: Math.max(...ratios),
    subject: median(subjects),
    floor: median(floors),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
