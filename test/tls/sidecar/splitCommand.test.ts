import fc from "fast-check";
import { expect, it } from "vitest";
import { splitCommand } from "../../../src/tls/sidecar/splitCommand.ts";
import { TlsConfigError } from "../../../src/tls/TlsConfigError.ts";

it.each([
  ["nginx -s reload", ["nginx", "-s", "reload"]],
  ["  nginx\t-s\n reload ", ["nginx", "-s", "reload"]],
  ["sh -c 'kill -HUP $(cat /run/x.pid)'", ["sh", "-c", "kill -HUP $(cat /run/x.pid)"]],
  [`sh -c "echo 'a b'"`, ["sh", "-c", "echo 'a b'"]],
  ["a 'b c'd\"e f\"", ["a", "b cde f"]],
  ["a '' \"\"", ["a", "", ""]],
  ["a; rm -rf $HOME | b && c > d", ["a;", "rm", "-rf", "$HOME", "|", "b", "&&", "c", ">", "d"]],
  ["a \\' b'", ["a", "\\ b"]],
  ["a 'b", undefined],
  ['a "b', undefined],
  ["", undefined],
  ["  ", undefined],
  ["''", undefined],
])("splitCommand splits or rejects %j", (text, expected) => {
  if (expected === undefined) expect(() => splitCommand(text, "--reload-command")).toThrow(TlsConfigError);
  else expect(splitCommand(text, "--reload-command")).toEqual(expected);
});

it("splitCommand returns any quoted arguments unchanged", () => {
  const word = fc.string().filter((it) => !it.includes("'"));
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1 }).filter(([program]) => program !== ""),
      (words) => {
        expect(splitCommand(words.map((it) => `'${it}'`).join(" "), "--reload-command")).toEqual(words);
      },
    ),
  );
});
