import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { processesOf } from "../../run/processes/processesOf.ts";
import { patience } from "../../run/speedFactor.ts";
import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";
import { isRunning, PosternProcess } from "../PosternProcess.ts";
import { type Ran, runPostern } from "../runPostern.ts";
import { statusOfReview } from "./statusOfReview.ts";

const GATE =
  'import { defineGate } from "postern";\nimport { denyLabels } from "postern/policies";\nexport default defineGate({ policies: [denyLabels()], clusters: { local: {} } });\n';
const GATE_ARGS = ["--gate", "gate.ts", "--port", "0"];

let folder: InputFolder;
let started: PosternProcess[] = [];
beforeEach(() => {
  folder = new InputFolder();
  folder.write("gate.ts", GATE);
});
afterEach(async () => {
  for (const process of started) process.kill();
  await Promise.all(started.map(({ ended }) => ended));
  started = [];
  folder.remove();
});

function dev(...args: string[]): PosternProcess {
  const process = new PosternProcess(["dev", ...args], folder.path);
  started.push(process);
  return process;
}

/** Starts it, stops it with a signal, and resolves to the CA bundle that it printed. */
async function startAndEnd(args: string[], signal: NodeJS.Signals, whole: "process" | "group"): Promise<string> {
  const process = dev(...args);
  await process.says(/^apply it /m);
  const registration = readFileSync(`${folder.path}/.postern/registration.yaml`, "utf8");
  const [, bundle = ""] = /caBundle: (\S+)\n/.exec(registration) ?? [];
  const children = process.children();
  expect(children.length).toBeGreaterThan(0);
  process.signal(signal, whole);
  expect(await process.exit()).toBe(0);
  expect(process.out).toMatch(/\nstopped\n$/);
  expect(process.err).toBe("");
  await eventually("the end of its children", () => (children.some(isRunning) ? undefined : true), patience(5_000));
  return bundle;
}

describe("postern dev exits with 0 and leaves no process", () => {
  it("at SIGINT to its process group, as from a terminal", async () => {
    expect(await startAndEnd(GATE_ARGS, "SIGINT", "group")).not.toBe("");
  });

  it("at SIGTERM and SIGINT to its process; without --gate it runs functions/worker.ts and keeps its CA between runs", async () => {
    folder.write("functions/gate.ts", GATE);
    folder.write(
      "functions/worker.ts",
      'import { createWorker } from "postern/gate";\nimport gate from "./gate.ts";\nexport default createWorker(gate);\n',
    );
    const first = await startAndEnd(["--port", "0"], "SIGTERM", "process");
    expect(await startAndEnd(["--port", "0"], "SIGINT", "process")).toBe(first);
  });
});

it("postern dev answers its first call with a verdict: the port opens when the Worker is ready", async () => {
  const port = await freePort();
  dev("--gate", "gate.ts", "--port", String(port));
  const first = await eventually("the port to open", () => statusOfReview(port), patience(60_000));
  expect(first).toBe(200);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}

it("postern dev stops at a signal while it starts", async () => {
  const process = dev(...GATE_ARGS);
  await process.says(/^starting the Workers runtime$/m);
  process.signal("SIGTERM");
  expect(await process.exit()).toBe(0);
  expect([process.out, process.err]).toEqual(["building gate.ts\nstarting the Workers runtime\nstopped\n", ""]);
  await eventually("the end of its processes", () =>
    processesOf(folder.path, [globalThis.process.pid]).length === 0 ? true : undefined,
  );
});

it("postern dev refuses links in its folder", async () => {
  folder.link(".postern/registration.yaml", folder.write("target", "content"));
  const fail = (): Promise<Ran> => insideFolder(folder.path, () => runPostern(["dev", ...GATE_ARGS]));
  expect(await fail()).toMatchObject({
    code: 2,
    err: "postern: .postern/registration.yaml is a symbolic link; delete it, postern dev creates a new one\n",
  });
  expect(readFileSync(`${folder.path}/target`, "utf8")).toBe("content");
});

describe("postern dev exits with 2 and prints one line", () => {
  const fail = (...args: string[]): Promise<Ran> => insideFolder(folder.path, () => runPostern(["dev", ...args]));

  it("for a gate that throws while loading, and stops the processes that it started", async () => {
    folder.write("gate.ts", `${GATE}throw new TypeError("not today");\n`);
    const process = dev(...GATE_ARGS);
    expect(await process.exit()).toBe(2);
    expect([process.out, process.err]).toEqual([
      "building gate.ts\nstarting the Workers runtime\n",
      "postern: the Worker does not start: TypeError: not today\n",
    ]);
  });

  it("for a port in use", async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    const address = blocker.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      expect(await fail("--gate", "gate.ts", "--port", String(port))).toEqual({
        code: 2,
        out: "building gate.ts\nstarting the Workers runtime\n",
        err: `postern: port ${port} is in use; choose another with --port, or stop what listens there\n`,
      });
    } finally {
      await new Promise((resolve) => blocker.close(resolve));
    }
  });

  it.each<[what: string, text: string, fault: string]>([
    ["a gate that does not compile", `${GATE}const x = ;\n`, 'gate.ts:4:11: Unexpected ";"'],
    [
      "a gate that imports node:",
      `${GATE}import { readFileSync } from "node:fs";\nreadFileSync("x");\n`,
      'gate.ts:4:30: Could not resolve "node:fs"',
    ],
  ])("for %s", async (_what, text, fault) => {
    folder.write("gate.ts", text);
    const { code, out, err } = await fail(...GATE_ARGS);
    expect({ code, out }).toEqual({ code: 2, out: "building gate.ts\n" });
    expect(err.startsWith(`postern: ${fault}`)).toBe(true);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  it("for a local CA that is not a certificate", async () => {
    folder.write(".postern/ca.pem", "rubbish");
    expect(await fail(...GATE_ARGS)).toMatchObject({
      code: 2,
      err: "postern: .postern/ca.pem and .postern/ca-key.pem are not a certificate and its key; delete both to create new ones\n",
    });
  });

  it("when there is no gate to run", async () => {
    expect(await fail("--port", "0")).toMatchObject({
      code: 2,
      err: "postern: no gate: functions/worker.ts does not exist; name a gate with --gate FILE\n",
    });
    expect(existsSync(`${folder.path}/.postern`)).toBe(false);
  });
});
