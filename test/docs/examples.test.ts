import { execFile } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import gate from "../../functions/gate.ts";
import { createGate } from "../../src/gate/createGate.ts";
import { jsonLog } from "../../src/telemetry/jsonLog.ts";
import { sourceFiles } from "../architecture/sourceFiles.ts";
import { patience } from "../run/speedFactor.ts";
import { commandsOf, type Example, examplesOf, isOutput } from "./examplesOf.ts";
import { ROOT, readmes } from "./readmes.ts";

const run = promisify(execFile);
const all = readmes().flatMap(({ path, text }) => examplesOf(text).map((example) => ({ path, ...example })));
const ofLanguage = (language: string): (Example & { path: string })[] => all.filter((it) => it.language === language);

/** Inside node_modules, so that TypeScript finds installed packages and other tools ignore the files. */
const typesFolder = join(ROOT, "node_modules", ".cache", `postern-docs-${process.pid}`);
const scratch = mkdtempSync(join(tmpdir(), "postern-examples-"));
afterAll(() => {
  for (const folder of [typesFolder, scratch]) rmSync(folder, { recursive: true, force: true });
});

it(
  "every TypeScript example of a README passes the type check",
  async () => {
    const source = (file: string): string[] => [join(ROOT, "src", file)];
    const examples = ofLanguage("ts").map((example) => {
      const file = `${example.path.replaceAll(/[^\w]/g, "_")}_${example.line}/example.ts`;
      mkdirSync(dirname(join(typesFolder, file)), { recursive: true });
      writeFileSync(join(typesFolder, file), example.text);
      return { file, place: `${example.path}:${example.line}` };
    });
    expect(examples.length).toBeGreaterThan(0);
    // Modules that examples import from their own folder.
    for (const { file } of examples)
      cpSync(join(ROOT, "test/docs/examples/types"), dirname(join(typesFolder, file)), { recursive: true });
    const config = {
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: {
        noUnusedLocals: false,
        paths: {
          postern: source("index.ts"),
          "postern/policies": source("policies/index.ts"),
          "postern/gate": source("hosts/index.ts"),
          "postern/identity": source("identity/index.ts"),
          "postern/lambda": source("hosts/createLambda.ts"),
          "postern/matchers": source("cli/test/matchers/policyMatchers.ts"),
          "postern/node": source("hosts/serveGate.ts"),
          "postern/telemetry": source("hosts/telemetry/index.ts"),
          "postern/telemetry/context": source("telemetry/context/nodeAsyncContext.ts"),
          "postern/telemetry/lambda": source("hosts/telemetry/lambdaTelemetry.ts"),
          "postern/telemetry/node": source("hosts/telemetry/nodeTelemetry.ts"),
        },
        typeRoots: [join(ROOT, "node_modules/@types")],
      },
      include: [],
      files: examples.map(({ file }) => join(typesFolder, file)),
    };
    writeFileSync(join(typesFolder, "tsconfig.json"), JSON.stringify(config));
    const args = [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", typesFolder, "--pretty", "false"];
    const faults = await run(process.execPath, args, { cwd: typesFolder }).then(
      () => "",
      (error: { stdout?: string }) => error.stdout ?? "it did not run",
    );
    const places = examples.reduce((text, { file, place }) => text.replaceAll(file, `${place} (example)`), faults);
    expect(places).toBe("");
  },
  patience(60_000),
);

describe("a console example prints what it shows", () => {
  const bin = join(scratch, "bin");
  mkdirSync(bin);
  writeFileSync(
    join(bin, "postern"),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "src/cli/postern.ts")}" "$@"\n`,
  );
  writeFileSync(join(bin, "npx"), '#!/bin/sh\n[ "$1" = --no ] && shift\nexec "$@"\n');
  for (const name of ["postern", "npx"]) chmodSync(join(bin, name), 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, FORCE_COLOR: "0", COLUMNS: "80" };

  it.each(ofLanguage("console").map((example) => [`${example.path}:${example.line}`, example] as const))(
    "%s",
    async (place, { text, note }) => {
      const [, name] = /^console: (\S+)$/.exec(note) ?? [];
      const folder = mkdtempSync(join(scratch, "run-"));
      const files = name === undefined ? undefined : join(ROOT, "test/docs/examples", name);
      if (files !== undefined) {
        expect(existsSync(files), `${place}: there is no ${files}`).toBe(true);
        cpSync(files, folder, { recursive: true });
      }
      const commands = commandsOf(text);
      expect(commands.length, `${place} has no command`).toBeGreaterThan(0);
      for (const { command, output, exitCode } of commands) {
        const ran = await run("bash", ["-c", `exec 2>&1\n${command}`], { cwd: folder, env }).then(
          ({ stdout }) => ({ stdout, code: 0 }),
          (error: { stdout?: string; code?: number }) => ({ stdout: error.stdout ?? "", code: error.code ?? -1 }),
        );
        const printed = stripVTControlCharacters(ran.stdout);
        if (!isOutput(output, printed)) expect(printed, `${place}: ${command}`).toBe(output);
        expect(ran.code, `${place}: the exit code of ${command}`).toBe(exitCode);
      }
    },
    patience(60_000),
  );
});

it("the review of the root README gets the answer that it shows from the gate of this repository", async () => {
  const blocks = all.filter(({ path }) => path === "README.md");
  const at = blocks.findIndex(({ text }) => text.startsWith("curl "));
  const [, fixture = "", url = ""] = /--data @(\S+)[\s\\]+(https:\S+)/.exec(blocks[at]?.text ?? "") ?? [];
  const app = createGate(gate, { now: Date.now, log: jsonLog(() => undefined, Date.now) });
  const request = { method: "POST", headers: { "content-type": "application/json" } };
  const answer = await app.fetch(new Request(url, { ...request, body: readFileSync(join(ROOT, fixture)) }));
  expect(blocks[at + 1]).toMatchObject({ language: "json", text: `${await answer.text()}\n` });
});

it("the doctor report that its README shows has instructions and codes of the code", () => {
  const [report] = all.filter(({ path, language }) => path === "src/doctor/README.md" && language === "text");
  const sources = sourceFiles("src/doctor")
    .map((file) => file.text)
    .join("\n");
  const lines = (report?.text ?? "").split("\n");
  const wanted = lines.flatMap((line) => [
    ...(/^ {2}-> (.*)$/.exec(line)?.slice(1) ?? []),
    ...(/^(?:ERROR|WARNING|NOTE) (\S+) /
      .exec(line)
      ?.slice(1)
      .map((code) => `"${code}"`) ?? []),
  ]);
  expect(wanted.length).toBeGreaterThan(4);
  expect(wanted.filter((text) => !sources.includes(text))).toEqual([]);
});

describe("examplesOf and commandsOf", () => {
  it("find blocks, their notes, commands and exit codes", () => {
    const markdown =
      "<!-- console: one -->\n```console\n$ postern a \\\n  --b\nout …\n…\n$ false\n# exit code 1\n```\n";
    const [example] = examplesOf(markdown);
    expect(example).toMatchObject({ line: 2, language: "console", note: "console: one" });
    expect(commandsOf(example?.text ?? "")).toEqual([
      { command: "postern a \\\n  --b", output: "out …\n…", exitCode: 0 },
      { command: "false", output: "", exitCode: 1 },
    ]);
  });

  it.each([
    ["a line as it is", "one", "one\n", true],
    ["other text", "one", "two\n", false],
    ["any text in a line", "on… two", "one and two\n", true],
    ["any lines", "a\n…\nz", "a\nb\nc\nz\n", true],
    ["a line too many", "a", "a\nb\n", false],
  ])("isOutput compares %s", (_, expected, printed, outcome) => {
    expect(isOutput(expected, printed)).toBe(outcome);
  });
});
