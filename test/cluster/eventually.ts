/** In milliseconds. */
const PATIENCE = 45_000;
const PAUSE = 50;

/** Asks again until there is an answer that is not undefined. Rejects after 45 s, naming what was waited for. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>, patience = PATIENCE): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${patience} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
