import { isMainThread, workerData } from "node:worker_threads";

const KEY = "postern.judgeThread";

/** The `workerData` of a thread that judges large reviews. */
export const judgeThreadData: Readonly<Record<string, unknown>> = { [KEY]: true };

/** Whether this thread was started to judge large reviews. */
export function isJudgeThread(): boolean {
  const data: unknown = workerData;
  return !isMainThread && typeof data === "object" && data !== null && KEY in data;
}
