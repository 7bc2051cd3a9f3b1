import { describe, expect, it } from "vitest";
import { runPostern } from "../runPostern.ts";

const COMMANDS = ["verify", "prove", "check", "query", "export", "tail", "retain", "key"];

describe("postern records help", () => {
  it.each(COMMANDS)("for %s fits a terminal of 80x24, with an example and the exit codes", async (command) => {
    const { code, out, err } = await runPostern(["records", command, "--help"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(new RegExp(`^Usage: postern records ${command} `));
    expect(out).toMatch(new RegExp(`\nExample:\n {2}\\$ postern records ${command} `));
    expect(out).toMatch(/Exit codes: 0/);
    expect(out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(out.trimEnd().split("\n").length).toBeLessThanOrEqual(24);
    expect(await runPostern(["help", "records", command])).toEqual({ code, out, err });
  });

  it("lists the commands, also with exit code 2 without one", async () => {
    const { code, out } = await runPostern(["records", "--help"]);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`\n  ${command} `));
    expect(await runPostern(["records"])).toEqual({ code: 2, out: "", err: out });
  });
});

describe("postern records exits with 2 and one line for", () => {
  it.each<[args: string[], err: string]>([
    [["verfy"], "unknown command 'verfy' (did you mean verify?); see postern records --help"],
    [["verify", "x"], "required option '--key <file>' not specified; see postern records verify --help"],
    [["verify", "--key", "k"], "missing required argument 'source'; see postern records verify --help"],
    [
      ["verify", "--key", "k", "--head", "7", "x"],
      "option '--head <seq:leaf>' argument '7' is invalid. expected SEQ:LEAF as records verify prints it after head; see postern records verify --help",
    ],
    [
      ["verify", "--key", "k", "--from", "-1", "x"],
      "option '--from <position>' argument '-1' is invalid. expected the number of a record, or a time such as 2026-01-31T08:00:00Z; see postern records verify --help",
    ],
    [["verify", "--key", "k", "--from", "9", "--to", "8", "x"], "--to is before --from"],
    [["query", "--from", "2026-02-01", "--to", "2026-01-01", "x"], "--to is before --from"],
    [["export", "--from", "2026-02-01", "--to", "2026-01-01", "x"], "--to is before --from"],
    [["prove", "", "x"], "the uid is empty; name that of an AdmissionReview"],
    [
      ["query", "--from", "yesterday", "x"],
      "option '--from <time>' argument 'yesterday' is invalid. expected a time such as 2026-01-31 or 2026-01-31T08:00:00Z; see postern records query --help",
    ],
    [
      ["query", "--from", "2026-02-31T99:00", "x"],
      "option '--from <time>' argument '2026-02-31T99:00' is invalid. expected a time such as 2026-01-31 or 2026-01-31T08:00:00Z; see postern records query --help",
    ],
    [
      ["export", "--format", "xml", "x"],
      "option '--format <format>' argument 'xml' is invalid. Allowed choices are jsonl, csv, ocsf; see postern records export --help",
    ],
    [
      ["tail", "--lines", "x", "y"],
      "option '--lines <number>' argument 'x' is invalid. expected a number from 0 to 10000; see postern records tail --help",
    ],
    [["tail", "-"], "-: cannot be followed; name the folder of a store or a JSON Lines file"],
    [["tail", "s3://bucket/x"], "s3://bucket/x: cannot be followed; name the folder of a store or a JSON Lines file"],
    [
      ["query", "no-such"],
      "no-such: does not exist; name the folder of a store, a JSON Lines file, - for standard input, or s3://BUCKET/PREFIX",
    ],
    [["query", "s3://UPPER/x"], "s3://UPPER/x has not the form s3://BUCKET/PREFIX"],
    [["query", "-"], "(standard input): has no records"],
    [["check", "no-such", "--key", "no-key"], "--key: no-key does not exist"],
    [["key"], "missing required argument 'file'; see postern records key --help"],
  ])("%j", async (args, err) => {
    expect(await runPostern(["records", ...args])).toEqual({ code: 2, out: "", err: `postern: ${err}\n` });
  });
});
