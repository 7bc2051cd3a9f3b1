import { isMainThread, workerData } from "node:worker_threads";

const KEY = "postern.recordThread";

/** The `workerData` of a thread that writes records. */
export const recordThreadData: Readonly<Record<string, unknown>> = { [KEY]: true };

/** Whether this thread was started to write records. */
export function isRecordThread(): boolean {
  const data: unknown = workerData;
  return !isMainThread && typeof data === "object" && data !== null && KEY in data;
}
