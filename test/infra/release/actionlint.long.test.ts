import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { goBuild } from "../../cluster/build/goBuild.ts";
import { patience } from "../../run/speedFactor.ts";

const FOLDER = fileURLToPath(new URL("../../../.github/workflows/", import.meta.url));
const NAMES = readdirSync(FOLDER);
let program: string;

beforeAll(async () => {
  const built = await goBuild({
    name: "actionlint",
    what: "actionlint: takes a quarter of a minute",
    module: fileURLToPath(new URL("actionlint", import.meta.url)),
    args: ["-trimpath"],
    target: "tool",
    sources: ["go.mod", "go.sum"],
    progress: (line) => void process.stderr.write(`${line}\n`),
    env: process.env,
  });
  program = join(built, "actionlint");
}, patience(180_000));

/** What actionlint says of a workflow. Empty for one without a fault. */
async function faultsOf(text: string): Promise<string> {
  const running = promisify(execFile)(program, ["-no-color", "-oneline", "-"]);
  running.child.stdin?.end(text);
  return running.then(
    ({ stdout }) => stdout,
    (error: unknown) => String(Reflect.get(Object(error), "stdout")),
  );
}

it.each(NAMES)("actionlint finds no fault in the workflow %s", async (name) => {
  expect(await faultsOf(readFileSync(FOLDER + name, "utf8"))).toBe("");
});

it("actionlint finds what is wrong in a workflow", async () => {
  const text = readFileSync(`${FOLDER}release.yml`, "utf8");
  expect(await faultsOf(text.replace("needs: check", "needs: checks"))).toContain('needs job "checks"');
  expect(await faultsOf(text.replace("steps.build.outputs", "steps.builds.outputs"))).toContain('property "builds"');
  expect(await faultsOf(text.replace("id-token: write", "id-tokens: write"))).toContain('"id-tokens"');
});
