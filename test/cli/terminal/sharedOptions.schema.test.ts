import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import schema from "../../../src/cli/outputs.schema.json" with { type: "json" };
import { patience } from "../../run/speedFactor.ts";
import { OptionBed } from "../OptionBed.ts";
import { ALL_COMMANDS } from "../runPostern.ts";
import { outputFaults } from "./outputFaults.ts";

let bed: OptionBed;
beforeAll(async () => {
  bed = await OptionBed.start();
  const gate = (more: string): string =>
    `import { defineGate } from "postern";\nimport { denyLabels } from "postern/policies";\nexport default defineGate({ policies: [denyLabels()], clusters: { local: { identity: "none"${more} } } });\n`;
  bed.write("warning.ts", gate(', mode: "warn"'));
  const tier = '{ name: "client-certificate", check: () => undefined, start: () => { throw new Error(); } }';
  bed.write(
    "certificate.ts",
    gate("")
      .replace('identity: "none"', 'identity: [{ tier: "client-certificate" }]')
      .replace("policies:", `tiers: [${tier}], policies:`),
  );
  const exception =
    '{ policy: "deny-labels", namespaces: ["legacy"], until: "2099-01-01", reason: "TEAM-1", owner: "team" }';
  bed.write("excepted.ts", gate("").replace("policies:", `exceptions: [${exception}], policies:`));
  const { out } = await bed.run(["records", "query", "records.jsonl", "--output", "json"]);
  const [first = ""] = out.split("\n");
  const uid = /"uid":"([^"]+)"/.exec(first)?.[1] ?? "";
  bed.write("proof.json", (await bed.run(["records", "prove", uid, "records.jsonl"])).out);
}, patience(60_000));
afterAll(() => bed.stop());

const KUBE = ["--context", "here", "--kubeconfig", "kubeconfig"];
const GATE = ["--gate", "gate.ts", "--cluster", "local"];
const URL = ["--url", "https://gate.example.com"];
type Form = "document" | "lines" | "lines of stderr" | "lines until a signal";

/** Each output of a command with `--output json`, its definition, and how it is written. */
const OUTPUTS: readonly (readonly [command: string, args: readonly string[], definition: string, form: Form])[] = [
  ["review", [...GATE, "pod.yaml", "gate.ts", "."], "review", "lines"],
  ["review", ["--against", "gate.ts", "--gate", "warning.ts", "pod.yaml"], "reviewAgainst", "lines"],
  ["test", [...GATE, "--coverage", "pod.test.yaml"], "test", "lines"],
  ["test", [...GATE, "no-such.test.yaml", "pod.test.yaml"], "test", "lines"],
  ["test", ["--gate", "excepted.ts", "--cluster", "local", "--exceptions", "pod.yaml"], "testExceptions", "lines"],
  ["explain", [], "explain", "document"],
  ["explain", ["baseline"], "explain", "document"],
  ["new policy", ["one", "--gate", "made.ts", "--dir", "made"], "newPolicy", "document"],
  ["new policy", ["two", "--gate", "made.ts", "--dir", "made"], "newPolicy", "document"],
  ["render", [...GATE, ...URL], "list", "document"],
  ["render", [...GATE, ...URL], "lint", "lines of stderr"],
  ["render", [...GATE, ...URL, "--diff", ...KUBE], "renderDiff", "document"],
  [
    "render",
    ["--gate", "certificate.ts", ...URL, "--cluster", "local", "--admission-config"],
    "admissionConfig",
    "document",
  ],
  [
    "render",
    ["--gate", "gate.ts", ...URL, "--all", "--diff", "--clusters", "fleet.yaml", "--kubeconfig", "kubeconfig"],
    "fleet",
    "document",
  ],
  ["render", ["--gate", "gate.ts", ...URL, "--all", "--out", "written"], "renderFiles", "document"],
  ["render", ["--gate", "gate.ts", ...URL, "--all", "--out", "written"], "lint", "lines of stderr"],
  ["install", ["--config", "install.yaml"], "list", "document"],
  ["uninstall", ["--config", "install.yaml"], "uninstall", "document"],
  [
    "init",
    ["node", "project", "--name", "gate", "--package", "https://example.com/postern-0.1.0.tgz", "--yes"],
    "init",
    "document",
  ],
  ["sync", ["--config", "sync.yaml", "--dry-run", ...KUBE], "sync", "document"],
  ["announce", ["--config", "announce.yaml", "--dry-run"], "announce", "document"],
  ["rollout", KUBE, "log", "lines until a signal"],
  ["doctor", KUBE, "doctor", "document"],
  ["doctor", ["--all", "--kubeconfig", "kubeconfig"], "fleet", "document"],
  ["doctor", ["--preflight", "https://127.0.0.1:1"], "preflight", "document"],
  ["records verify", ["--key", "records.jwks", "records.jsonl"], "recordsVerify", "lines"],
  ["records check", ["--key", "records.jwks", "proof.json"], "recordsCheck", "lines"],
  ["records query", ["records.jsonl"], "record", "lines"],
  ["records tail", ["records.jsonl"], "record", "lines until a signal"],
  ["enroll", ["--cluster", "one", "--tier", "client-certificate", "--certificate", "tls.crt"], "enroll", "document"],
  ["keys new", ["--out", "new.json"], "keys", "document"],
  ["keys list", ["keys.json"], "keys", "document"],
  ["keys rotate", ["keys.json", "--now"], "keys", "document"],
  ["keys drop", ["keys.json", "first"], "keys", "document"],
];

/** The commands that print JSON, by their names, such as `keys list`. */
function jsonCommands(command: Command, prefix: string): string[] {
  return command.commands.flatMap((it) => {
    const name = `${prefix}${it.name()}`;
    const output = it.options.find(({ long }) => long === "--output");
    return [...(output?.argChoices?.includes("json") === true ? [name] : []), ...jsonCommands(it, `${name} `)];
  });
}

describe("what postern prints with --output json has the schema that is documented", () => {
  it.each(OUTPUTS)(
    "%s %j: %s, %s",
    async (command, args, definition, form) => {
      const all = [...command.split(" "), ...args, "--output", "json"];
      const { out, err } = await bed.run(all, form === "lines until a signal" ? "line" : "end");
      const text = form === "lines of stderr" ? err : out;
      expect({ out: text.trim(), err }).not.toEqual({ out: "", err });
      const values =
        form === "document"
          ? [JSON.parse(text)]
          : text
              .trimEnd()
              .split("\n")
              .map((line) => JSON.parse(line));
      for (const value of values)
        expect({ errors: outputFaults(definition, value), value }).toEqual({ errors: null, value });
    },
    patience(40_000),
  );

  it("of each command", () => {
    const program = new Command("postern");
    const terminal = { stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, env: {} };
    for (const add of ALL_COMMANDS) add(program, terminal, () => undefined);
    const tried = new Set(OUTPUTS.map(([command]) => command));
    // Needs a store: retainCommand.test.ts.
    tried.add("records retain");
    expect(jsonCommands(program, "").filter((name) => !tried.has(name))).toEqual([]);
  });

  it("has a definition for each output, and no other", () => {
    const used = new Set(OUTPUTS.map(([, , definition]) => definition));
    const inner = ["patch", "finding", "recordsRetain"];
    expect(Object.keys(schema.$defs).filter((name) => !used.has(name) && !inner.includes(name))).toEqual([]);
  });
});
