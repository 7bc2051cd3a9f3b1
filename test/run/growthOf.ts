/** How often the input is doubled. */
const DOUBLINGS = 3;
/** Linear time grows by 8, quadratic time by 64. Between them is space for caches and the garbage collector. */
export const LINEAR = 24;

/** The shortest time that is compared, in milliseconds: the kernel counts CPU time in steps. */
const MIN_TIME_MS = 8;
const MAX_ROUNDS = 6;

/**
 * How often longer a task takes when its input is doubled three times. Choose `size` so that the part that may be
 * quadratic outweighs the rest. A short task is repeated. CPU time of this thread counts, so that other processes do not.
 * A result below {@link LINEAR} ends the rounds. `run` may throw: a refusal takes time too.
 */
export function growthOf<Input>(size: number, make: (size: number) => Input, run: (input: Input) => unknown): number {
  const [small, large] = [make(size), make(size << DOUBLINGS)];
  let repeats = 1;
  while (timeOf(run, small, repeats) < MIN_TIME_MS) repeats *= 2;
  let [short, long] = [0, 0];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    short += timeOf(run, small, repeats);
    long += timeOf(run, large, repeats);
    if (short >= MIN_TIME_MS && long < LINEAR * short) break;
  }
  return long / Math.max(short, MIN_TIME_MS / 2);
}

function timeOf<Input>(run: (input: Input) => unknown, input: Input, repeats: number): number {
  const before = process.threadCpuUsage();
  for (let left = repeats; left > 0; left -= 1)
    try {
      run(input);
    } catch {
      // Refused.
    }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The same for a task that ends later. Nothing else may run in this thread meanwhile. */
export async function growthOfTask<Input>(
  size: number,
  make: (size: number) => Input,
  run: (input: Input) => Promise<unknown>,
): Promise<number> {
  const [small, large] = [make(size), make(size << DOUBLINGS)];
  let repeats = 1;
  while ((await timeOfTask(run, small, repeats)) < MIN_TIME_MS) repeats *= 2;
  let [short, long] = [0, 0];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    short += await timeOfTask(run, small, repeats);
    long += await timeOfTask(run, large, repeats);
    if (short >= MIN_TIME_MS && long < LINEAR * short) break;
  }
  return long / Math.max(short, MIN_TIME_MS / 2);
}

async function timeOfTask<Input>(
  run: (input: Input) => Promise<unknown>,
  input: Input,
  repeats: number,
): Promise<number> {
  const before = process.threadCpuUsage();
  for (let left = repeats; left > 0; left -= 1) await run(input);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
