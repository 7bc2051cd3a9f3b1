import { YAMLParseError } from "yaml";
import type * as z from "zod/mini";
import { faultFromIssue } from "../protocol/faultFromIssue.ts";
import { ConfigError } from "./ConfigError.ts";
import { DuplicateKeyError, parseYamlLines } from "./parseYaml.ts";

/**
 * Parses a config in YAML. Throws {@link ConfigError} `bad-config` with one line: file, member, expected value, and the line in
 * the file. For an unknown member it lists the known ones from `known`, which maps the path of the parent to member names;
 * `*` at the end of a path stands for any name.
 */
export function readYaml<T>(
  name: string,
  text: string,
  schema: z.ZodMiniType<T>,
  known: Readonly<Record<string, readonly string[]>>,
): T {
  const fail = (fault: string, cause?: unknown): never => {
    throw new ConfigError("bad-config", `${name}: ${fault}`, cause);
  };
  const { value, lineOf } = parsedOr(text, fail);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) return fail("cannot be read");
  const { path, expected } = faultFromIssue(issue);
  const parent = issue.path.map(String);
  const names =
    issue.code === "unrecognized_keys"
      ? (known[parent.join(".")] ?? known[[...parent.slice(0, -1), "*"].join(".")])
      : undefined;
  const hint = names === undefined ? "" : `; known are ${names.join(", ")}`;
  const at = [...issue.path, ...(issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [])];
  const place = at.length === 0 ? "" : `, at line ${lineOf(at)}`;
  return fail(`${path === "(body)" ? "" : `${path}: `}${expected}${hint}${place}`);
}

function parsedOr(text: string, fail: (fault: string) => never): ReturnType<typeof parseYamlLines> {
  try {
    return parseYamlLines(text);
  } catch (error) {
    // Its warnings and messages quote the text, which may have a secret.
    return fail(`is not YAML${yamlPlace(error)}`);
  }
}

/** The codes of the `yaml` package in words. */
const YAML_FAULTS: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: "an escape in double quotes is unknown",
  BAD_INDENT: "a bracket is not closed, or a line is indented too little",
  BAD_SCALAR_START: "a text begins with a character for which it needs quotes",
  BLOCK_AS_IMPLICIT_KEY: "a line has two keys, or a text with a colon that needs quotes",
  MISSING_CHAR: "a quote, a colon, a comma or a blank is missing",
  MULTILINE_IMPLICIT_KEY: "a key has more than one line",
  MULTIPLE_DOCS: "a second document begins, and a config is one",
  TAB_AS_INDENT: "a tab indents a line, where YAML has blanks",
  TAG_RESOLVE_FAILED: "a tag is unknown",
  UNEXPECTED_TOKEN: "something stands where YAML expects nothing",
};

/** What is wrong and where, without a word of the text. */
function yamlPlace(error: unknown): string {
  if (error instanceof DuplicateKeyError) return `: ${error.message}`;
  // Thrown when aliases are resolved.
  if (error instanceof ReferenceError) return ": an alias is for nothing that stands before it, or there are too many";
  if (!(error instanceof YAMLParseError)) return "";
  const [start] = error.linePos ?? [];
  return `: ${YAML_FAULTS[error.code] ?? error.code}${start === undefined ? "" : `, at line ${start.line}, column ${start.col}`}`;
}
