import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { linksOf } from "../docs/linksOf.ts";
import { readReview } from "../fixtures/readReview.ts";
import { packageTarball } from "../run/packageTarball.ts";
import { patience } from "../run/speedFactor.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = (name: string): string => join(root, "node_modules/.bin", name);
const folder = mkdtempSync(join(tmpdir(), "postern-stranger-"));
let tarball = "";

/** Asynchronous, because Vitest loses the connection to a worker that blocks. */
async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const running = promisify(execFile)(command, [...args], { cwd, timeout: patience(150_000), maxBuffer: 1 << 26 });
  running.child.stdin?.end();
  try {
    return (await running).stdout;
  } catch (error) {
    throw new Error(
      `${command} ${args.join(" ")}: ${Reflect.get(Object(error), "stdout")}${Reflect.get(Object(error), "stderr")}`,
    );
  }
}

beforeAll(async () => {
  tarball = await packageTarball();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
  await run("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", tarball], folder);
}, patience(200_000));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("publint and attw report no fault of the package", async () => {
  expect(await run(bin("publint"), [tarball, "--strict", "--pack", "false"], root)).toContain("All good!");
  await run(bin("attw"), [tarball, "--profile", "esm-only"], root);
});

it("a gate in a new project with the installed package passes the type check and judges a review", async () => {
  writeFileSync(
    join(folder, "gate.ts"),
    `import { defineGate, deny, policy } from "postern";
import { denyLabels } from "postern/policies";
import { createGate } from "postern/gate";

const team = policy({
  name: "team",
  match: { resources: ["pods"] },
  validate: ({ object }) => (object.metadata?.labels?.["team"] === undefined ? deny("no team, image " + object.spec?.containers[0]?.image) : undefined),
});
const gate = defineGate({ policies: [denyLabels(), team], clusters: { local: { identity: 'none' } } });
const log = { debug() {}, info() {}, warn() {}, error() {} };
const app = createGate(gate, { now: Date.now, log });
const response = await app.fetch(
  new Request("https://gate.example/c/local/validate", { method: "POST", headers: { "content-type": "application/json" }, body: process.argv[2] ?? "" }),
);
process.stdout.write(await response.text());
`,
  );
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "es2022",
        module: "nodenext",
        strict: true,
        outDir: "out",
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
      },
      files: ["gate.ts"],
    }),
  );
  await run(bin("tsc"), ["-p", folder], folder);
  const printed = await run(process.execPath, ["out/gate.js", readReview("validate-v1-create-pods-2")], folder);
  const answer = JSON.parse(printed);
  expect(answer.response).toMatchObject({
    allowed: false,
    status: { message: "deny-labels: Pod contains forbidden label 'bad-label'\nteam: no team, image nginx" },
  });
});

it("the gate of the README passes the type check with the installed package and denies a Pod", async () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, gate = ""] = /```ts\n\/\/ gate\.ts\n(.*?)```/s.exec(readme) ?? [];
  expect(gate).toContain("defineGate");
  writeFileSync(join(folder, "readme.ts"), gate);
  await run(
    bin("tsc"),
    ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--ignoreConfig", "readme.ts"],
    folder,
  );
  writeFileSync(
    join(folder, "pod.json"),
    JSON.stringify(JSON.parse(readReview("validate-v1-create-pods-2")).request.object),
  );
  const args = [
    join(folder, "node_modules/postern/dist/cli/postern.js"),
    "review",
    "--gate",
    "readme.ts",
    "--cluster",
    "staging",
    "--output",
    "json",
    "pod.json",
  ];
  await expect(run(process.execPath, args, folder)).rejects.toThrow(
    /"allowed":false,"message":"team: metadata.labels has no team\\ndisallow-latest-tag: spec.containers\[0\].image: /,
  );
});

it("postern/matchers needs no vitest to be loaded, and has the types of vitest where it is installed", async () => {
  const names = "import('postern/matchers').then((it) => process.stdout.write(Object.keys(it.policyMatchers).join()))";
  expect(await run(process.execPath, ["--input-type=module", "-e", names], folder)).toBe(
    "toDeny,toWarn,toAllow,toChange",
  );
  writeFileSync(
    join(folder, "matchers.ts"),
    `import { deny, policy } from "postern";
import { policyMatchers } from "postern/matchers";
import { expect } from "vitest";
expect.extend(policyMatchers);
const all = policy({ name: "all", match: { resources: ["pods"] }, validate: () => deny("no") });
await expect(all).toDeny({ apiVersion: "v1", kind: "Pod" }, /no/, { namespace: "shop" });
`,
  );
  const options = {
    target: "es2022",
    module: "nodenext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: { vitest: [join(root, "node_modules/vitest/dist/index.d.ts")] },
  };
  const check = (file: string): Promise<string> => {
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: [file] }));
    return run(bin("tsc"), ["-p", folder], folder);
  };
  await check("matchers.ts");
  const text = readFileSync(join(folder, "matchers.ts"), "utf8");
  writeFileSync(join(folder, "wrong-matchers.ts"), text.replace("namespace:", "nmespace:"));
  await expect(check("wrong-matchers.ts")).rejects.toThrow(/nmespace/);
});

it("every relative link of the installed package's README resolves", () => {
  const home = join(folder, "node_modules/postern");
  const targets = linksOf(readFileSync(join(home, "README.md"), "utf8")).flatMap(({ target }) =>
    /^[a-z]+:/.test(target) ? [] : [target.split("#", 1)[0] ?? ""],
  );
  expect(targets.length).toBeGreaterThan(20);
  expect(targets.filter((target) => !existsSync(join(home, target)))).toEqual([]);
});

it("the types of the installed package refuse a policy that reads a field which its objects do not have", async () => {
  writeFileSync(
    join(folder, "wrong.ts"),
    'import { policy } from "postern";\nexport default policy({ name: "x", match: { resources: ["pods"] }, validate: ({ object }) => { object.spec?.replicas; } });\n',
  );
  await expect(
    run(
      bin("tsc"),
      [
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--target",
        "es2022",
        "--skipLibCheck",
        "wrong.ts",
        "--ignoreConfig",
      ],
      folder,
    ),
  ).rejects.toThrow(/replicas/);
});
