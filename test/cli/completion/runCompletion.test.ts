import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SHELLS } from "../../../src/cli/completion/SHELLS.ts";
import { patience } from "../../run/speedFactor.ts";
import { runPostern } from "../runPostern.ts";
import { hasShell, InteractiveShell } from "./InteractiveShell.ts";

/** A context as EKS names it, and one that would run a command if a shell expanded it. */
const CONTEXTS = "arn:aws:eks:eu-west-1:111122223333:cluster/shop\nzz$(touch expanded)\n";

const CASES: readonly (readonly [keys: string, args: string])[] = [
  ["revi\t", "review"],
  ["keys rot\t", "keys rotate"],
  ["help doc\t", "help doctor"],
  ["completion z\t", "completion zsh"],
  ["render --clus\t", "render --cluster"],
  ["render --output j\t", "render --output json"],
  ["render --output=j\t", "render --output=json"],
  ["keys rotate --algorithm E\t", "keys rotate --algorithm E"],
  ["keys rotate --algorithm Ed\t", "keys rotate --algorithm EdDSA"],
  ["review --use deny-lab\t", "review --use deny-labels"],
  ["explain disallow-priv\t", "explain disallow-privilege"],
  ["explain disallow-node\t", "explain disallow-node-ports"],
  ["review --gate my\t", "review --gate my-gate.ts"],
  ["review my\t", "review my-gate.ts"],
  ["new policy --dir polic\t", "new policy --dir policies"],
  ["init cloudfl\t", "init cloudflare"],
  ["init cloudflare polic\t", "init cloudflare policies"],
  ["init --name gate cloudflare polic\t", "init --name gate cloudflare policies"],
  ["init cloudflare policies clou\t", "init cloudflare policies clou"],
  ["records prove 1 my\t", "records prove 1 my-gate.ts"],
  ["review my-gate.ts my\t", "review my-gate.ts my-gate.ts"],
  ["install sync --out polic\t", "install sync --out policies"],
  // A value that is the name of a command is no command.
  ["render --cluster keys --clien\t", "render --cluster keys --client-"],
  ["doctor --context arn:aws:eks:eu\t", "doctor --context arn:aws:eks:eu-west-1:111122223333:cluster/shop"],
  ["doctor --context zz\t", "doctor --context zz$(touch expanded)"],
  ["doctor --cluster my\t", "doctor --cluster my"],
  ["nothing here\t", "nothing here"],
];

describe.each(SHELLS)("postern completion %s", (name) => {
  it("prints a script with all commands", async () => {
    const { code, out, err } = await runPostern(["completion", name]);
    expect([code, err]).toEqual([0, ""]);
    for (const path of ["postern review", "postern keys rotate", "postern records verify"]) expect(out).toContain(path);
  });

  describe.skipIf(!hasShell(name))("in the real shell", () => {
    let shell: InteractiveShell;
    beforeAll(async () => {
      shell = new InteractiveShell(name, (await runPostern(["completion", name])).out);
      writeFileSync(join(shell.folder, "my-gate.ts"), "");
      mkdirSync(join(shell.folder, "policies"));
      mkdirSync(join(shell.folder, "bin"));
      writeFileSync(join(shell.folder, "bin/kubectl"), `#!/bin/sh\ncat <<'END'\n${CONTEXTS}END\n`);
      chmodSync(join(shell.folder, "bin/kubectl"), 0o755);
    });
    afterAll(() => shell.stop());

    it.each(CASES)(
      "completes %j",
      async (keys, args) => {
        // zsh takes the last / of a folder away.
        expect((await shell.completes(keys)).trimEnd().replace(/\/$/, "")).toBe(args);
        expect(existsSync(join(shell.folder, "expanded"))).toBe(false);
      },
      patience(30_000),
    );
  });
});

it("another shell is a usage error", async () => {
  expect(await runPostern(["completion", "tcsh"])).toMatchObject({
    code: 2,
    err: "postern: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish; see postern completion --help\n",
  });
});
