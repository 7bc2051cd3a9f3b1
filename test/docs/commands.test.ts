import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { splitCommand } from "../../src/tls/sidecar/splitCommand.ts";
import { ALL_COMMANDS } from "../cli/runPostern.ts";
import { callsIn } from "./callsIn.ts";
import { examplesOf } from "./examplesOf.ts";
import { readmes } from "./readmes.ts";

const NO_TERMINAL = {
  stdout: { write: () => true },
  stderr: { write: () => true },
  stdin: (async function* () {})(),
  env: {},
};
const POSTERN = "(?:npx (?:--no )?)?(?:postern|npm run --silent postern --)";

/** The fault that postern reports for the arguments of a call. Undefined when they are valid. */
async function faultOf(call: string): Promise<string | undefined> {
  const program = new Command("postern").exitOverride().configureOutput({ outputError: () => undefined });
  for (const add of ALL_COMMANDS) add(program, NO_TERMINAL, () => undefined);
  let isAccepted = false;
  for (const command of program.commands.flatMap((it) => [it, ...it.commands])) {
    command
      .exitOverride()
      .configureOutput({ writeOut: () => undefined, writeErr: () => undefined, outputError: () => undefined });
    if (command.commands.length > 0) continue;
    command.action(() => {
      isAccepted = true;
    });
  }
  try {
    await program.parseAsync(splitCommand(call, "the example"), { from: "user" });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "commander.helpDisplayed" || code === "commander.version") return undefined;
    return error instanceof Error ? error.message : String(error);
  }
  return isAccepted ? undefined : "no command was called";
}

describe("commands in shell scripts of READMEs", () => {
  const calls = readmes().flatMap(({ path, text }) =>
    examplesOf(text)
      .filter(({ language }) => language === "sh")
      .flatMap(({ line, text: script }) => callsIn(script, POSTERN).map((call) => [`${path}:${line}`, call] as const)),
  );

  it.each(calls)("at %s, postern accepts the command and options of: postern %s", async (_, call) => {
    expect(await faultOf(call)).toBeUndefined();
  });

  it("cannot have an option or a command that postern does not have", async () => {
    expect(await faultOf("review --no-such-option pod.yaml")).toMatch("unknown option");
    expect(await faultOf("nothing")).toMatch("unknown command");
  });
});

it("callsIn finds calls behind npx, in pipes and over several lines", () => {
  expect(
    callsIn(
      "npx --no postern render --gate gate.ts \\\n  --cluster a | kubectl apply -f -\nkubectl get pods -o yaml | postern review - # all\n",
      POSTERN,
    ),
  ).toEqual(["render --gate gate.ts --cluster a", "review -"]);
});
