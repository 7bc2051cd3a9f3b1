import { InvalidArgumentError, Option } from "commander";
import { type ChosenDuration, GRACE, LIFE } from "../../identity/capability/ChosenDuration.ts";
import type { AddCommand } from "../program.ts";
import { outputOption } from "../terminal/sharedOptions.ts";
import type { NewKeysOptions } from "./runNewKeys.ts";
import type { RotateKeysOptions } from "./runRotateKeys.ts";

/** Adds `postern keys`: makes, rotates, drops and lists the keys that sign capabilities. */
export const keysCommand: AddCommand = (program, terminal, done) => {
  const keys = program
    .command("keys")
    .description("make, rotate, drop and list the keys that sign capabilities")
    .addHelpText(
      "after",
      `
Example:
  $ postern keys new --out keys.json

Exit codes: 0 done, 1 not rotated or dropped, 2 usage, or a file that cannot
be used.`,
    );
  for (const add of [newCommand, rotateCommand, dropCommand, listCommand]) add(keys, terminal, done);
};

const newCommand: AddCommand = (keys, terminal, done) => {
  keys
    .command("new")
    .description("make a set of private keys: one signs, the next one is known before it signs")
    .addOption(algorithmOption().default("EdDSA"))
    .option("--out <file>", "new file, mode 0600 (default: standard output)")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern keys new --out keys.json
  $ npx wrangler secret put POSTERN_CAPABILITY_KEYS < keys.json

An existing file is never overwritten. A gate with a new set refuses all
capabilities of another one: \`postern keys rotate\` changes keys without that.
Without --out the report goes to standard error.
Exit codes: 0 made, 2 usage, or a file that cannot be written.`,
    )
    .action(async (options: NewKeysOptions) =>
      done(await (await import("./runNewKeys.ts")).runNewKeys(terminal, options)),
    );
};

const rotateCommand: AddCommand = (keys, terminal, done) => {
  keys
    .command("rotate")
    .description("let the next key sign, and add a new next key; capabilities stay accepted")
    .argument("<file>", "set of private keys; it is replaced in one step, with mode 0600")
    .addOption(timeOption("--life <duration>", "longest life of the clusters", LIFE))
    .addOption(timeOption("--grace <duration>", "longest grace of the clusters", GRACE))
    .addOption(algorithmOption("(default: that of the key that signs)"))
    .option("--now", "the next key is on every instance: do not wait until it is 10 minutes old")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern keys rotate keys.json --life 24h --grace 7d
  $ npx wrangler secret put POSTERN_CAPABILITY_KEYS < keys.json

Rotate only when the set of the file is on every instance. Instances may have
the old or the new set after that, and may go back to the old one. The key that
signed before verifies until its last capability has ended.
Exit codes: 0 rotated, 1 not yet (the file stays as it is), 2 usage, or a file
that cannot be used.`,
    )
    .action(async (file: string, options: RotateKeysOptions) =>
      done(await (await import("./runRotateKeys.ts")).runRotateKeys(terminal, file, options)),
    );
};

const dropCommand: AddCommand = (keys, terminal, done) => {
  keys
    .command("drop")
    .description("drop a key that leaked; capabilities that it signed are refused at once")
    .argument("<file>", "set of private keys; it is replaced in one step, with mode 0600")
    .argument("<kid>", "id of the key, as `postern keys list` prints it")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern keys drop keys.json hYrcScVDzTBXXgXT
  $ npx wrangler secret put POSTERN_CAPABILITY_KEYS < keys.json

Drop each key that leaked: of a file, that is the one that signs and the next
one. When the key that signs is dropped, the next one signs. Calls with dropped
capabilities get 401 until the syncs have written others, at their next run.
Write -- before an id that begins with a hyphen.
Exit codes: 0 dropped, 1 no other key can sign (the file stays as it is),
2 usage, or a file that cannot be used.`,
    )
    .action(async (file: string, kid: string, { output }: { readonly output: "text" | "json" }) =>
      done(await (await import("./runDropKey.ts")).runDropKey(terminal, { file, kid, output })),
    );
};

const listCommand: AddCommand = (keys, terminal, done) => {
  keys
    .command("list")
    .description("print the id, algorithm and role of each key, and no private part")
    .argument("<file>", "set of private keys")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  $ postern keys list keys.json

Exit codes: 0 listed, 2 usage, or a file that cannot be used.`,
    )
    .action(async (file: string, { output }: { readonly output: "text" | "json" }) =>
      done(await (await import("./runListKeys.ts")).runListKeys(terminal, file, output)),
    );
};

function algorithmOption(note = ""): Option {
  return new Option("--algorithm <name>", `Ed25519 (EdDSA) or P-256 (ES256) keys ${note}`.trim()).choices([
    "EdDSA",
    "ES256",
  ]);
}

/** The value is milliseconds. */
function timeOption(flags: string, description: string, { byDefault, min, max, read }: ChosenDuration): Option {
  return new Option(flags, description).default(read(byDefault), byDefault).argParser((text: string) => {
    const ms = read(text);
    if (ms === undefined)
      throw new InvalidArgumentError(`expected a duration from ${min} to ${max}, such as ${byDefault}`);
    return ms;
  });
}
