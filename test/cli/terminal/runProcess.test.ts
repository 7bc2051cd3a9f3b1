import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";

const script = fileURLToPath(new URL("../../../src/cli/postern.ts", import.meta.url));
const folder = new InputFolder();
afterAll(() => folder.remove());

const pod = (label: string): string =>
  JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", labels: { [label]: "x" } } });
const good = folder.write("good.json", pod("app"));
const bad = folder.write("bad.json", pod("bad-label"));

/** Runs a review; `stdout` is a file descriptor, or a pipe that nobody reads. */
async function review(path: string, stdout: number | "gone"): Promise<{ code: number | null; err: string }> {
  const child = spawn(process.execPath, [script, "review", "--use", "deny-labels", path], {
    stdio: ["ignore", stdout === "gone" ? "pipe" : stdout, "pipe"],
  });
  child.stdout?.destroy();
  let err = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, err };
}

describe("runProcess", () => {
  it.each([
    ["allowed", good, 0],
    ["denied", bad, 1],
  ])("keeps the exit code when nobody reads the output: %s", async (_verdict, path, code) => {
    expect(await review(path, "gone")).toEqual({ code, err: "" });
  });

  it("exits with 2 and prints the error when the output cannot be written", async () => {
    const full = openSync("/dev/full", "w");
    try {
      const { code, err } = await review(good, full);
      expect({ code, err }).toEqual({ code: 2, err: "postern: the output could not be written (ENOSPC)\n" });
    } finally {
      closeSync(full);
    }
  });

  it.each([
    ["review", [good]],
    ["render", ["--cluster", "local", "--url", "https://gate.example.com"]],
    ["serve", ["--port", "0"]],
  ])("exits with 2 and prints one line when a gate's module never ends to load: %s", (command, args) => {
    const gate = folder.write("endless.ts", "await new Promise(() => {});\nexport default {};\n");
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, command, "--gate", gate, ...args], {
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(new RegExp(`^postern: ${command}: stalled: [^\\n]+\\n$`)),
    });
  });

  it.each<[args: string[]]>([
    [["review", "--output", "json", good]],
    [["review", "--output", "yaml", good]],
    [["render", "--cluster", "local", "--url", "https://gate.example.com"]],
  ])("keeps what a gate prints off standard output: %j", ([command = "", ...args]) => {
    const run = (gate: string) =>
      spawnSync(process.execPath, [script, command, "--gate", gate, ...args], { encoding: "utf8" });
    const [quiet, noisy] = [run(gateThat("")), run(gateThat(PRINTS))];
    expect([noisy.status, noisy.stdout]).toEqual([0, quiet.stdout]);
    expect(quiet.stdout).not.toBe("");
    for (const way of ["log", "info", "debug", "table", "write"]) expect(noisy.stderr).toContain(`${way} at import`);
    if (command === "review") expect(noisy.stderr).toContain("log in a policy");
  });
});

const PRINTS = `
for (const way of ["log", "info", "debug", "table"]) console[way](way + " at import");
process.stdout.write("write at import\\n");`;

/** A gate whose module runs some statements, and whose policy prints when they do. */
function gateThat(statements: string): string {
  const name = statements === "" ? "quiet.ts" : "noisy.ts";
  const print = statements === "" ? "" : 'console.log("log in a policy");';
  return folder.write(
    name,
    `import { defineGate, policy } from "postern";
${statements}
const prints = policy({ name: "prints", match: { resources: ["pods"] }, validate: () => { ${print} return []; } });
export default defineGate({ policies: [prints], clusters: { local: { identity: 'none' } } });
`,
  );
}
