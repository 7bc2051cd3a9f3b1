import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { COMMAND_GROUPS } from "../../src/cli/help/CommandGroup.ts";
import { CliError } from "../../src/cli/terminal/CliError.ts";
import { GateConfigError } from "../../src/gate/config/GateConfigError.ts";
import { ALL_COMMANDS, runPostern } from "./runPostern.ts";

/** The names of all commands, also of those below another: `keys rotate`. */
function namesOf(command: Command, before = ""): string[] {
  return command.commands.flatMap((it) => [`${before}${it.name()}`, ...namesOf(it, `${before}${it.name()} `)]);
}
const program = new Command("postern");
for (const add of ALL_COMMANDS)
  add(program, { stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, env: {} }, () => undefined);

describe("postern help", () => {
  it.each(namesOf(program))("for %s has an example and the exit codes, in 80 columns", async (command) => {
    const words = command.split(" ");
    const { code, out, err } = await runPostern([...words, "--help"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(new RegExp(`^Usage: postern ${command} `));
    expect(out).toMatch(new RegExp(`\\nExamples?:\\n(?: {2}.*\\n)*? {2}\\$ (?:npx --no )?postern ${command}(?: |\\n)`));
    expect(out).toMatch(/Exit codes: 0/);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(await runPostern(["help", ...words])).toEqual({ code, out, err });
    expect(await runPostern(["help", ...words, "node", "--package", "x.tgz", "--out=k.json", "--", "-"])).toEqual({
      code,
      out,
      err,
    });
    expect(await runPostern(["help", "--", ...words])).toEqual({ code, out, err });
  });

  it("lists every command under a task, in one line of 80 columns", async () => {
    const { code, out, err } = await runPostern(["--help"]);
    expect([code, err]).toEqual([0, ""]);
    // Without a group of its own, a command would be under this heading.
    expect(out).not.toMatch(/^Commands:/m);
    for (const { name } of program.commands.map((it) => ({ name: it.name() })))
      expect(out).toMatch(new RegExp(`^ {2}${name} +[a-z].*[a-z]$`, "m"));
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(out.match(/^[A-Z].*:$/gm)).toEqual([
      "Options:",
      ...COMMAND_GROUPS.map(({ heading }) => heading),
      "Example:",
    ]);
    expect(await runPostern(["help"])).toEqual({ code, out, err });
    expect(await runPostern(["help", "--output", "--version"])).toEqual({ code, out, err });
  });

  it("has a command in one group only", () => {
    const names = COMMAND_GROUPS.flatMap(({ commands }) => Object.keys(commands));
    expect(names).toEqual([...new Set(names)]);
    expect(names).toEqual(expect.arrayContaining(program.commands.map((it) => it.name())));
  });

  it("is not printed for postern without arguments, but what to do next", async () => {
    const { code, out, err } = await runPostern([]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^postern 1\.2\.3: .*\n[\s\S]* {2}1\. .*\n {5}\$ postern [\s\S]* {2}3\. /);
  });

  it("postern --version prints the version", async () => {
    expect(await runPostern(["--version"])).toEqual({ code: 0, out: "1.2.3\n", err: "" });
  });
});

describe("postern exits with 2 and prints one line for the usage error", () => {
  it.each<[args: string[], err: string]>([
    [["revew"], "unknown command 'revew' (did you mean review?); see postern help"],
    [["frobnicate"], "unknown command 'frobnicate'; see postern help"],
    [["help", "frobnicate"], "unknown command 'frobnicate'; see postern help"],
    [["--frobnicate"], "unknown option '--frobnicate'; see postern help"],
    [["review"], "missing required argument 'path'; see postern review --help"],
    [
      ["review", "--outptu", "json", "x"],
      "unknown option '--outptu' (did you mean --output?); see postern review --help",
    ],
    [
      ["review", "--output", "xml", "x"],
      "option '--output <format>' argument 'xml' is invalid. Allowed choices are text, json, yaml, sarif, junit, github, gitlab; see postern review --help",
    ],
    [
      ["review", "--operation", "CONNECT", "x"],
      "option '--operation <operation>' argument 'CONNECT' is invalid. expected CREATE, UPDATE or DELETE; see postern review --help",
    ],
    [["review", "--use"], "option '--use <policy>' argument missing; see postern review --help"],
    [["render"], "required option '--cluster <name>' not specified; see postern render --help"],
    [["render", "--clustr", "c"], "unknown option '--clustr' (did you mean --cluster?); see postern render --help"],
    [
      ["render", "--cluster", "c", "--ulr=https://x"],
      "unknown option '--ulr' (did you mean --url?); see postern render --help",
    ],
    [["serve", "--frobnicate"], "unknown option '--frobnicate'; see postern serve --help"],
    [["render", "--sample", "-"], "required option '--cluster <name>' not specified; see postern render --help"],
    [["render", "--cluster", "c"], "required option '--url <url>' not specified; see postern render --help"],
    [
      ["render", "--cluster", "c", "--url", "https://x", "--nodes", "0"],
      "option '--nodes <number>' argument '0' is invalid. expected a number of nodes from 1 to 999999; see postern render --help",
    ],
    [["render", "--cluster", "c", "--url", "https://x", "--context", "y"], "--context and --kubeconfig need --diff"],
    [["serve"], "required option '--gate <file>' not specified; see postern serve --help"],
    [["serve", "--gate", "gate.ts", "--cert", "x.pem"], "--cert and --key need each other; --key is missing"],
    [["serve", "--gate", "gate.ts", "--key", "x.pem"], "--cert and --key need each other; --cert is missing"],
    [
      ["init", "cloudflare", "d", "extra", "and, more"],
      "too many arguments for 'init': extra, and, more; see postern init --help",
    ],
    [["dev", "extra"], "too many arguments for 'dev': extra; see postern dev --help"],
    [["dev", "--gate", "no-such-gate.ts"], "no-such-gate.ts: does not exist"],
    [["dev", "--gate", "no\u001b[31m.ts"], "no\\u001b[31m.ts: does not exist"],
    [["sync", "--config", "no\u001b[31m.yaml"], "--config: no\\u001b[31m.yaml does not exist"],
    [["un\nknown\u001b[2J"], "unknown command 'un known\\u001b[2J'; see postern help"],
  ])("%j", async (args, err) => {
    expect(await runPostern(args)).toEqual({ code: 2, out: "", err: `postern: ${err}\n` });
  });

  it.each(["-1", "65536", "99999", "http", "8443x", "1e3", "", "0x10", " 80"])("--port %j", async (port) => {
    for (const args of [["dev"], ["serve", "--gate", "gate.ts"]])
      expect(await runPostern([...args, `--port=${port}`])).toMatchObject({
        code: 2,
        out: "",
        err: expect.stringMatching(
          /^postern: option '--port <number>' argument '.*' is invalid. a port is a number from 0 to 65535; see postern \w+ --help\n$/,
        ),
      });
  });
});

it("runProgram exits with 2 and prints the stack for an internal error, without its controls", async () => {
  const broken = new RangeError("a bug\u001b[31m");
  const { runProgram } = await import("../../src/cli/program.ts");
  let err = "";
  const code = await runProgram(
    ["--help"],
    {
      stdout: {
        write: () => {
          throw broken;
        },
      },
      stderr: { write: (text: string) => (err += text) },
      stdin: (async function* () {})(),
      env: {},
    },
    { version: "1.2.3" },
    [],
  );
  expect(code).toBe(2);
  expect(err).toMatch(/^postern: internal error, a bug in postern: RangeError: a bug\\u001b\[31m\n {4}at /);
});

it("runProgram prints a message of several lines on as many, without the controls of what it quotes", async () => {
  const { runProgram } = await import("../../src/cli/program.ts");
  for (const error of [
    new CliError("bad-gate", "gate: a boom\u001b[31m\n  at \u009b2J\u202egate.ts:1"),
    new GateConfigError("a", "boom\u001b[31m\n  at \u009b2J\u202egate.ts:1"),
  ]) {
    let err = "";
    const terminal = {
      stdout: { write: () => true },
      stderr: { write: (text: string) => (err += text) },
      stdin: (async function* () {})(),
      env: {},
    };
    const fails = (program: Command): unknown =>
      program.command("fails").action(() => {
        throw error;
      });
    expect(await runProgram(["fails"], terminal, { version: "1.2.3" }, [fails])).toBe(2);
    expect(err).toBe("postern: gate: a boom\\u001b[31m\n  at \\u009b2J\\u202egate.ts:1\n");
  }
});
