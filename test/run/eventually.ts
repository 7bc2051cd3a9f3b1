import { setTimeout as sleep } from "node:timers/promises";
import { patience } from "./speedFactor.ts";

const PATIENCE_MS = 45_000;
const POLL_MS = 25;

/**
 * Calls `ask` until it returns a value other than undefined, and resolves to that value. Rejects after `limitMs` with
 * an error that contains `what`. Default: 45 s on the reference machine. Scale other limits with `patience`.
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
    await sleep(POLL_MS);
  }
}
