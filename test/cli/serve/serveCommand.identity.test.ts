import { afterAll, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";
import { PosternProcess } from "../PosternProcess.ts";

const folder = new InputFolder();
const started: PosternProcess[] = [];
afterAll(async () => {
  for (const process of started) process.kill();
  await Promise.all(started.map(({ ended }) => ended));
  folder.remove();
});
folder.write(
  "gate.ts",
  `import { defineGate } from "postern";
import { capability } from "postern/identity";
const eks = { identity: [{ tier: "capability", issuer: "https://issuer.example.com" }] };
export default defineGate({ policies: [], tiers: [capability()], clusters: { eks } });
`,
);

it.each<[what: string, env: Record<string, string>, line: RegExp]>([
  ["POSTERN_HOSTS", {}, /^postern: gate: POSTERN_HOSTS is missing; name the hosts .*\n$/m],
  [
    "POSTERN_CAPABILITY_KEYS",
    { POSTERN_HOSTS: "localhost" },
    /^postern: gate: POSTERN_CAPABILITY_KEYS is missing: .*\n$/m,
  ],
])("postern serve exits with 2 and names %s in one line when a tier lacks it", async (_, env, line) => {
  const serve = new PosternProcess(["serve", "--gate", "gate.ts", "--port", "0"], folder.path, env);
  started.push(serve);
  expect(await serve.exit()).toBe(2);
  expect(serve.err).toMatch(line);
  expect(serve.err).not.toMatch(/internal error|\n {4}at /);
});
