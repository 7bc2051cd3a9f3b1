import { parentPort } from "node:worker_threads";
import { defineGate } from "../../../src/gate/config/defineGate.ts";
import { judgeInThread } from "../../../src/hosts/thread/judgeInThread.ts";
import { deny } from "../../../src/policy/define/Finding.ts";
import { policy } from "../../../src/policy/define/policy.ts";

// The script of a process that JudgeThread runs again. What it does with a Pod stands in the Pod's label `do`.

if (process.argv.includes("--broken")) throw new Error("the script cannot start");

const digest = crypto.subtle.digest.bind(crypto.subtle);

function hoard(): never {
  const kept: unknown[][] = [];
  for (;;) kept.push(new Array(100_000).fill(Math.random()));
}

const gate = defineGate({
  policies: [
    policy({
      name: "busy",
      match: { resources: ["pods"] },
      validate: async ({ object }) => {
        switch (object.metadata?.labels?.do) {
          case "hoard":
            return hoard();
          case "record slowly":
            crypto.subtle.digest = (...given) => new Promise((resolve) => setTimeout(resolve, 100, digest(...given)));
            return deny("judged");
          case "hoard in the record":
            crypto.subtle.digest = hoard;
            return deny("judged");
          case "spin":
            for (;;);
          case "reject":
            void Promise.reject(new Error("left behind"));
            return deny("judged");
          case "post":
            parentPort?.postMessage("a line of a library");
            return deny("judged");
          case "wait":
            await new Promise((resolve) => setTimeout(resolve, 200));
            return deny("waited");
          default:
            return deny("judged");
        }
      },
    }),
  ],
  clusters: { local: { identity: "none" }, strict: { identity: "none", records: { profile: "compliance" } } },
});
const silent = (): void => undefined;
await judgeInThread(gate, {
  now: Date.now,
  log: { debug: silent, info: silent, warn: silent, error: silent },
  isApart: true,
});
