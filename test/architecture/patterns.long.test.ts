import { checkSync } from "recheck";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { patience } from "../run/speedFactor.ts";
import { regexesOf } from "./regexesOf.ts";
import { sourceFiles } from "./sourceFiles.ts";

/**
 * The expressions that are not linear, or that the analyser cannot decide about, and why no caller can make them slow.
 * Key: the expression as it is written.
 */
const BOUNDED: ReadonlyMap<string, string> = new Map([
  [String(/\. Expected \d+ arguments? but got \d+: .*\.$/s), "the arguments of the user's own command"],
  [String(/\n\(Did you mean (.*)\?\)$/s), "the arguments of the user's own command"],
  [String(/(?:file:\/\/)?(\/[^()]+:\d+:\d+)\)?$/), "one frame of the user's own gate file"],
  [
    String(
      /^ERR_SSL_(.*ALERT_HANDSHAKE_FAILURE|.*ALERT_PROTOCOL_VERSION|.*ALERT_INSUFFICIENT_SECURITY|UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION|WRONG_SIGNATURE_TYPE)$/,
    ),
    "an error code of OpenSSL",
  ],
  [String(/\B(?=(\d{3})+$)/g), "a number that this process computed"],
  [
    String(/(?<![\w-])[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d{1,6}\]|\["(?:[^"\\]|\\.){0,320}"\])+/g),
    "at most 320 characters for each start of a path in the message of a finding",
  ],
  [String(/\d+$/), "the name of a Pod, of at most 253 characters"],
  [String(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g), "labels that another expression found to be well-formed"],
  [String(/'(?:\\.|[^'\\])*'/g), "CEL that the same folder writes, with balanced quotes"],
  [String(/\[[^\]]*\]/g), "a field that the user's own command names"],
  [String(/\\.|\[(?:\\.|[^\]\\])*\]|\./g), "a pattern in the user's own gate, when it is rendered"],
  [
    String(
      /^(?:[^\\()[\]{}*+?|^$.]|\\[\\()[\]{}*+?|^$./dDsSwW-]|\.|\^|\$|\||\((?:\?:|(?!\?))|\)|\[\^?(?:[^\\[\]]|\\[\\\]^/dDswW.-])+\]|\{\d{1,3}(?:,\d{0,3})?\}|[*+?])*$/,
    ),
    "a pattern in the user's own gate, when it is rendered",
  ],
]);

/**
 * Expressions that are built when the process runs. `linearPattern` compiles parts of one character, or only to find faults.
 * `gateUrl` joins constants with the base path of the operator, and `canonicalPattern` is of a schema in the source; their
 * tests measure the growth of their time.
 */
const BUILT: ReadonlyMap<string, number> = new Map([
  ["src/policy/pattern/linearPattern.ts", 3],
  ["src/protocol/gateUrl.ts", 4],
  ["src/records/chain/verify/canonicalPattern.ts", 1],
  // The path and the kind of an owner, escaped, between fixed texts: `postern review`, of the findings of the gate itself.
  ["src/cli/review/coverFindings.ts", 2],
  // Constants of the same folder. They match places and images, whose length the schema of the config has bounded.
  ["src/cli/install/expression/operations.ts", 2],
  // Fields of a schedule, of constants: each repetition begins with a character that the part before it cannot have.
  ["src/cli/install/config/cronPattern.ts", 1],
  // An image and a qualified name, of constants: each part ends at a character that it cannot have.
  ["src/cli/install/config/podSchema.ts", 2],
  // A pattern of a table of tests, compiled only to be matched by linearPattern.
  ["src/cli/test/table/messagePattern.ts", 1],
  // A pattern that is written in a function of the gate, to translate it. It is never matched.
  ["src/native/cel/celOf.ts", 1],
]);

const found = sourceFiles("src", "functions").map(({ path, text }) => ({ path, ...regexesOf(path, text) }));
const literals = [...new Set(found.flatMap(({ literals }) => literals))].sort();
/** Without an unbounded quantifier, the length of a match is bounded, and so is the work at each position. */
const unbounded = literals.filter((literal) =>
  /[*+]|\{\d+,\}/.test(literal.replace(/\\[*+]|\[(?:\\.|[^\]\\])*\]/g, "")),
);

/** Says whether the time grows faster than the length of the text; undefined where it does not. */
function faultOf(literal: string): string | undefined {
  const end = literal.lastIndexOf("/");
  const found = checkSync(literal.slice(1, end), literal.slice(end + 1), { timeout: patience(60_000), randomSeed: 1 });
  if (found.status === "safe") return undefined;
  return `${literal} is ${found.status === "vulnerable" ? `vulnerable: ${found.complexity.summary}` : "not decided in time"}`;
}

describe("regular expressions take linear time", () => {
  // In this process: the other backends start one of their own.
  beforeAll(() => {
    vi.stubEnv("RECHECK_BACKEND", "pure");
  });

  it("finds the expressions of the source", () => {
    expect(literals.length).toBeGreaterThan(150);
    expect(unbounded.length).toBeGreaterThan(50);
  });

  it.each(unbounded.filter((literal) => !BOUNDED.has(literal)))(
    "%s",
    (literal) => {
      expect(faultOf(literal)).toBeUndefined();
    },
    patience(180_000),
  );

  it("lists no expression that is gone", () => {
    expect([...BOUNDED.keys()].filter((literal) => !unbounded.includes(literal))).toEqual([]);
  });

  it("builds no expression from data", () => {
    expect(new Map(found.flatMap(({ path, built }) => (built === 0 ? [] : [[path, built] as const])))).toEqual(BUILT);
  });

  it.each(["^(a+)+$", "([a-z]+-?)+$", "^\\s+|\\s+$", "x*y*$", "(?:.*,)*z"])("the analyser finds /%s/", (source) => {
    expect(faultOf(`/${source}/`)).toMatch(/vulnerable/);
  });
});
