import { existsSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { processesOf } from "../../run/processes/processesOf.ts";
import { patience } from "../../run/speedFactor.ts";
import { DevProcesses, GATE, GATE_ARGS, LOCAL } from "../DevProcesses.ts";
import { insideFolder } from "../insideFolder.ts";
import { isRunning, PosternProcess } from "../PosternProcess.ts";
import { type Ran, runPostern } from "../runPostern.ts";
import { statusOfReview } from "../statusOfReview.ts";

const processes = DevProcesses.forEachTest();
const dev = (...args: string[]): PosternProcess => processes.start(...args);

/** Starts it, stops it with a signal, and resolves to the CA bundle that it printed. */
async function startAndEnd(args: string[], signal: NodeJS.Signals, whole: "process" | "group"): Promise<string> {
  const process = dev(...args);
  await process.says(/^apply it /m);
  const registration = readFileSync(`${processes.folder.path}/.postern/registration.yaml`, "utf8");
  const [, bundle = ""] = /caBundle: (\S+)\n/.exec(registration) ?? [];
  const children = process.children();
  expect(children.length).toBeGreaterThan(0);
  process.signal(signal, whole);
  expect(await process.exit()).toBe(0);
  expect(process.out).toMatch(/\nstopped\n$/);
  expect(process.err).toBe("");
  expect(existsSync(`${processes.folder.path}/.postern/dev.lock`)).toBe(false);
  await eventually("the end of its children", () => (children.some(isRunning) ? undefined : true), patience(5_000));
  return bundle;
}

describe("postern dev exits with 0 and leaves no process", () => {
  it("at SIGINT to its process group, as from a terminal", async () => {
    expect(await startAndEnd(GATE_ARGS, "SIGINT", "group")).not.toBe("");
  });

  it("at SIGTERM and SIGINT to its process; without --gate it runs functions/worker.ts and keeps its CA between runs", async () => {
    processes.folder.write("functions/gate.ts", GATE);
    processes.folder.write(
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
    processesOf(processes.folder.path, [globalThis.process.pid]).length === 0 ? true : undefined,
  );
});

it("postern dev stops at a signal while its modules are loaded", async () => {
  // Runs before the modules of postern are loaded. One signal, at the first moment at which something listens for it: a second
  // one would be the wish to stop at once.
  processes.folder.write(
    "preload.mjs",
    `let isSent = false;
process.on("newListener", (name) => {
  if (name !== "SIGTERM" || isSent) return;
  isSent = true;
  setImmediate(() => process.kill(process.pid, name));
});
`,
  );
  const env = { NODE_OPTIONS: `--import=${processes.folder.path}/preload.mjs` };
  const early = processes.add(new PosternProcess(["dev", ...GATE_ARGS], processes.folder.path, env));
  expect(await early.exit()).toBe(0);
  // Modules are loaded without a pause, so it may be noticed later.
  expect(early.out).toMatch(/^(?:.*\n)*stopped\n$/);
  expect(early.err).toBe("");
});

it("postern dev registers the cluster of --cluster for a gate that looks its clusters up", async () => {
  processes.folder.write(
    "gate.ts",
    GATE.replace(LOCAL, 'async (name) => (name === "prod-eu" ? { identity: "none" } : undefined)'),
  );
  const process = dev(...GATE_ARGS, "--cluster", "prod-eu");
  await process.says(/^postern dev +https:\/\/localhost:\d+\/c\/prod-eu\/validate$/m);
  await process.says(/^apply it /m);
  const registration = readFileSync(`${processes.folder.path}/.postern/registration.yaml`, "utf8");
  expect(registration).toMatch(/url: https:\/\/localhost:\d+\/c\/prod-eu\/validate\/default\n/);
});

it("postern dev refuses links in its folder", async () => {
  processes.folder.link(".postern/registration.yaml", processes.folder.write("target", "content"));
  const fail = (): Promise<Ran> => insideFolder(processes.folder.path, () => runPostern(["dev", ...GATE_ARGS]));
  expect(await fail()).toMatchObject({
    code: 2,
    err: "postern: .postern/registration.yaml is a symbolic link; delete it, postern dev creates a new one\n",
  });
  expect(readFileSync(`${processes.folder.path}/target`, "utf8")).toBe("content");
});

describe("postern dev exits with 2 and prints one line", () => {
  const fail = (...args: string[]): Promise<Ran> =>
    insideFolder(processes.folder.path, () => runPostern(["dev", ...args]));

  it("for a gate that throws while loading", async () => {
    processes.folder.write("gate.ts", `${GATE}throw new TypeError("not today");\n`);
    const process = dev(...GATE_ARGS);
    expect(await process.exit()).toBe(2);
    expect([process.out, process.err]).toEqual([
      "building gate.ts\n",
      "postern: gate.ts:4:7: not today; correct the file of the gate\n",
    ]);
  });

  it("with the place of a fault that only the Workers runtime finds, and stops the processes that it started", async () => {
    processes.folder.write("gate.ts", `${GATE}setTimeout(() => 1, 5);\n`);
    const process = dev(...GATE_ARGS);
    expect(await process.exit()).toBe(2);
    expect(process.out).toBe("building gate.ts\nstarting the Workers runtime\n");
    expect(process.err).toMatch(
      /^postern: the Worker does not start: gate\.ts:4:1: Error: Disallowed operation [^\n]+\n$/,
    );
    expect(existsSync(`${processes.folder.path}/.postern/dev.lock`)).toBe(false);
  });

  it("for a Worker without a gate", async () => {
    processes.folder.write(
      "functions/worker.ts",
      'import { createWorker } from "postern/gate";\nexport default createWorker(Object(5));\n',
    );
    expect(await fail("--port", "0")).toMatchObject({
      code: 2,
      err: "postern: the Worker does not start: /readyz answered 500; expected a module that exports createWorker(gate)\n",
    });
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
    processes.folder.write("gate.ts", text);
    const { code, out, err } = await fail(...GATE_ARGS);
    expect({ code, out }).toEqual({ code: 2, out: "building gate.ts\n" });
    expect(err.startsWith(`postern: ${fault}`)).toBe(true);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });

  it.each<[what: string, text: string | undefined, fault: string]>([
    [
      "a file that exports no gate",
      "export default 5;\n",
      'gate.ts: its default export is not a gate; write "export default defineGate({...})"',
    ],
    ["an empty file", "", 'gate.ts: its default export is not a gate; write "export default defineGate({...})"'],
    [
      "a mode that is none",
      GATE.replace('identity: "none"', 'identity: "none", modes: { "deny-labels": "x" }'),
      'gate.ts:3:16: gate: clusters.local.modes.deny-labels: expected "enforce" or "warn" or "audit"',
    ],
    [
      "a gate without clusters",
      GATE.replace(LOCAL, "{}"),
      'gate.ts: the gate has no clusters, so it would refuse every call; add one: clusters: { local: { identity: "none" } }',
    ],
    [
      "a gate that looks its clusters up, without --cluster",
      GATE.replace(LOCAL, '() => ({ identity: "none" })'),
      "gate.ts: the gate looks its clusters up, so they are not known here; name one with --cluster NAME",
    ],
  ])("for %s", async (_what, text, fault) => {
    processes.folder.write("gate.ts", text ?? "");
    expect(await fail(...GATE_ARGS)).toEqual({ code: 2, out: "building gate.ts\n", err: `postern: ${fault}\n` });
    expect(existsSync(`${processes.folder.path}/.postern`)).toBe(false);
  });

  it("for a folder and for no file", async () => {
    processes.folder.write("folder/gate.ts", GATE);
    expect(await fail("--gate", "folder")).toEqual({
      code: 2,
      out: "",
      err: "postern: folder: is a folder; name the file that exports the gate\n",
    });
    expect(await fail("--gate", "none.ts")).toEqual({ code: 2, out: "", err: "postern: none.ts: does not exist\n" });
  });

  it("for a file in the place of its folder", async () => {
    processes.folder.write(".postern", "");
    expect(await fail(...GATE_ARGS)).toMatchObject({
      code: 2,
      err: "postern: .postern, the folder for the local CA, is a file; move it to another place\n",
    });
  });

  it("for a local CA that is not a certificate", async () => {
    processes.folder.write(".postern/ca.pem", "rubbish");
    expect(await fail(...GATE_ARGS)).toMatchObject({
      code: 2,
      err: "postern: .postern/ca.pem and .postern/ca-key.pem are not a certificate and its key; delete both to create new ones\n",
    });
  });

  it("when there is no gate to run", async () => {
    rmSync(`${processes.folder.path}/gate.ts`);
    expect(await fail("--port", "0")).toMatchObject({
      code: 2,
      err: "postern: no gate: neither functions/worker.ts nor gate.ts exists; name a gate with --gate FILE\n",
    });
    expect(existsSync(`${processes.folder.path}/.postern`)).toBe(false);
  });
});
