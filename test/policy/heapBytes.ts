import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What the heap of this process holds after a garbage collection, in bytes. */
export function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("this Node has no gc()");
  // The first collection finalizes what the second one frees.
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
