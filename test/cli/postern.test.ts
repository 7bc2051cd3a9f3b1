import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { patience } from "../run/speedFactor.ts";
import { InputFolder } from "./InputFolder.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = new InputFolder();
afterAll(() => folder.remove());
const pod = folder.write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n");
const gate = folder.write(
  "gate.ts",
  'import { defineGate } from "postern";\nimport { denyLabels } from "postern/policies";\nexport default defineGate({ policies: [denyLabels()], clusters: { local: { identity: "none" } } });\n',
);
/** Prints the modules of a process at its end. */
const trace = folder.write(
  "trace.mjs",
  'import { registerHooks } from "node:module";\nconst urls = [];\nregisterHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });\nprocess.on("exit", () => process.stderr.write("\\n" + JSON.stringify(urls)));\n',
);

/** Starts `postern` as a process: what it prints, and the packages that it loads. */
function start(args: readonly string[]): { status: number | null; stdout: string; packages: string[] } {
  const all = ["--import", trace, path("../../src/cli/postern.ts"), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: "utf8" });
  const urls: string[] = JSON.parse(stderr.split("\n").at(-1) ?? "");
  const names = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return { status, stdout, packages: [...new Set(names)].sort() };
}

it(
  "postern --version loads no package",
  () => {
    expect(start(["--version"])).toEqual({ status: 0, stdout: `${manifest.version}\n`, packages: [] });
  },
  patience(30_000),
);

it.each<[what: string, args: string[], packages: string[]]>([
  ["--use", ["--use", "deny-labels"], []],
  ["a gate file", ["--gate", gate], ["esbuild"]],
])(
  "postern review with %s loads only what it needs: no client of Kubernetes, no server, no X.509",
  (_what, args, more) => {
    const { status, stdout, packages } = start(["review", ...args, pod]);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^allowed/)]);
    // jose signs self-tests, and zod reads the parameters of built-in policies.
    const needed = ["commander", "fast-json-patch", "ignore", "jose", "mutative", "yaml", "zod"];
    expect(packages).toEqual([...needed, ...more].sort());
  },
  patience(30_000),
);
