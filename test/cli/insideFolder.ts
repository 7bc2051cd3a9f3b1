/** Runs something with another working folder of this process. Nothing else may run at the same time. */
export async function insideFolder<T>(path: string, run: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(path);
  try {
    return await run();
  } finally {
    process.chdir(before);
  }
}
