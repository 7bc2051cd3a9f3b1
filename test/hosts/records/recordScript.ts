import { parentPort } from "node:worker_threads";
import { recordInThread } from "../../../src/hosts/records/recordInThread.ts";

// The script of a process that RecordThread runs again.

if (process.argv.includes("--broken")) throw new Error("the script cannot start");

const silent = (): void => undefined;
parentPort?.on("message", ({ decision }) => {
  if (decision.request.name === "web-13") process.exit(1);
});
await recordInThread(process.env, {
  now: Date.now,
  log: { debug: silent, info: silent, warn: silent, error: silent },
});
