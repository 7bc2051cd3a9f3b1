import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputFolder } from "./InputFolder.ts";
import { isRunning, PosternProcess } from "./PosternProcess.ts";

const GATE =
  'import { defineGate } from "postern";\nimport { denyLabels } from "postern/policies";\nexport default defineGate({ policies: [denyLabels()], clusters: { local: {} } });\n';

let folder: InputFolder;
let started: PosternProcess[] = [];
beforeEach(() => {
  folder = new InputFolder();
  folder.write("gate.ts", GATE);
});
afterEach(() => {
  for (const process of started) process.kill();
  started = [];
  folder.remove();
});

function dev(...args: string[]): PosternProcess {
  const process = new PosternProcess(["dev", ...args], folder.path);
  started.push(process);
  return process;
}

describe("an end by signal", () => {
  it.each<[signal: NodeJS.Signals, whole: "process" | "group"]>([
    ["SIGINT", "process"],
    ["SIGTERM", "process"],
    ["SIGINT", "group"],
  ])("%s to the %s: exit code 0, and nothing is left running", async (signal, whole) => {
    const process = dev("--gate", "gate.ts", "--port", "0");
    await process.says(/^registration /m);
    const children = process.children();
    expect(children.length).toBeGreaterThan(0);
    process.signal(signal, whole);
    expect(await process.exit()).toBe(0);
    expect(process.out).toMatch(/\nstopped\n$/);
    expect(process.err).toBe("");
    for (const until = Date.now() + 5_000; children.some(isRunning) && Date.now() < until; ) await sleep(25);
    expect(children.filter(isRunning)).toEqual([]);
  });
});

describe("a start that fails: exit code 2 and one clear line", () => {
  it("a port in use", async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    const address = blocker.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const process = dev("--gate", "gate.ts", "--port", String(port));
      expect(await process.exit()).toBe(2);
      expect([process.out, process.err]).toEqual([
        "",
        `postern: port ${port} is in use; choose another with --port, or stop what listens there\n`,
      ]);
    } finally {
      await new Promise((resolve) => blocker.close(resolve));
    }
  });

  it.each<[what: string, text: string, fault: string]>([
    ["a gate that does not compile", `${GATE}const x = ;\n`, 'gate.ts:4:11: Unexpected ";"'],
    [
      "a gate that throws while loading",
      `${GATE}throw new TypeError("not today");\n`,
      "the Worker does not run: TypeError: not today",
    ],
    [
      "a gate that imports node:",
      `${GATE}import { readFileSync } from "node:fs";\nreadFileSync("x");\n`,
      'gate.ts:4:30: Could not resolve "node:fs"',
    ],
  ])("%s", async (_what, text, fault) => {
    folder.write("gate.ts", text);
    const process = dev("--gate", "gate.ts", "--port", "0");
    expect(await process.exit()).toBe(2);
    expect(process.out).toBe("");
    expect(process.err.startsWith(`postern: ${fault}`)).toBe(true);
    expect(process.err.trimEnd().split("\n")).toHaveLength(1);
  });

  it("a local CA that is none", async () => {
    folder.write(".postern/ca.pem", "rubbish");
    const process = dev("--gate", "gate.ts", "--port", "0");
    expect(await process.exit()).toBe(2);
    expect(process.err).toBe(
      "postern: .postern/ca.pem and .postern/ca-key.pem are not a certificate and its key; delete both to make new ones\n",
    );
  });

  it("nothing to run", async () => {
    const process = dev("--port", "0");
    expect(await process.exit()).toBe(2);
    expect(process.err).toBe(
      "postern: nothing to run: there is no functions/worker.ts here; name a gate with --gate FILE\n",
    );
    expect(existsSync(`${folder.path}/.postern`)).toBe(false);
  });
});

it("without --gate it runs functions/worker.ts, and keeps its CA from run to run", async () => {
  folder.write("functions/gate.ts", GATE);
  folder.write(
    "functions/worker.ts",
    'import { createWorker } from "postern/gate";\nimport gate from "./gate.ts";\nexport default createWorker(gate);\n',
  );
  const bundles = [];
  for (let run = 0; run < 2; run += 1) {
    const process = dev("--port", "0");
    bundles.push((await process.says(/caBundle: (\S+)\n/))[1]);
    process.signal("SIGTERM");
    expect(await process.exit()).toBe(0);
  }
  expect(bundles[0]).toBe(bundles[1]);
});
