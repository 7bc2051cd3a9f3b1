import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { splitCommand } from "../../src/tls/sidecar/splitCommand.ts";
import { callsIn } from "../docs/callsIn.ts";
import { examplesOf } from "../docs/examplesOf.ts";
import { ROOT, readmes } from "../docs/readmes.ts";
import { patience } from "../run/speedFactor.ts";
import { type ComponentProgram, controlPlaneProgram } from "./build/controlPlaneProgram.ts";

let program: ComponentProgram;
let folder: string;
let kubeconfig: string;

beforeAll(async () => {
  program = await controlPlaneProgram(() => undefined);
  folder = await mkdtemp(join(tmpdir(), "postern-kubectl-"));
  kubeconfig = join(folder, "kubeconfig");
  // Nothing listens on port 1: kubectl fails there only after it has accepted its arguments.
  const clusters = [{ name: "none", cluster: { server: "http://127.0.0.1:1" } }];
  const contexts = [{ name: "none", context: { cluster: "none", user: "none" } }];
  await writeFile(
    kubeconfig,
    JSON.stringify({ clusters, contexts, users: [{ name: "none" }], "current-context": "none" }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs kubectl without input. Resolves to its standard error. */
function errorsOf(args: readonly string[]): Promise<string> {
  const { file, args: before } = program("kubectl");
  const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: folder };
  return new Promise((resolve) => {
    const child = execFile(file, [...before, ...args], { cwd: ROOT, env, timeout: patience(30_000) }, (_, __, stderr) =>
      resolve(stderr),
    );
    child.stdin?.end();
  });
}

const REACHED =
  /connection refused|was refused|no objects passed to apply|no such file or directory|the path "[^"]*" does not exist/;

const calls = readmes().flatMap(({ path, text }) =>
  examplesOf(text)
    .filter(({ language }) => language === "sh")
    .flatMap(({ line, text: script }) => callsIn(script, "kubectl").map((call) => [`${path}:${line}`, call] as const)),
);

it.each(calls)("%s: kubectl accepts the arguments of kubectl %s", async (_, call) => {
  expect(await errorsOf(splitCommand(call, "the example"))).toMatch(REACHED);
});

it("kubectl refuses an unknown flag, a missing argument and an unknown command", async () => {
  for (const args of [["get", "pods", "--no-such-flag"], ["annotate", "pod"], ["nothing"]])
    expect(await errorsOf(args)).not.toMatch(REACHED);
});
