import { setTimeout as sleep } from "node:timers/promises";
import { patience } from "./speedFactor.ts";

const PATIENCE_MS = 45_000;
const PAUSE_MS = 25;

/**
 * Asks again until the answer is not undefined. Rejects after `limitMs` (by default 45 s on the reference machine; scale
 * another with `patience`), and names what it waited for.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  limitMs = patience(PATIENCE_MS),
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await sleep(PAUSE_MS);
  }
}
