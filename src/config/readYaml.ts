import { YAMLParseError } from "yaml";
import type * as z from "zod/mini";
import { faultFromIssue } from "../protocol/faultFromIssue.ts";
import { ConfigError } from "./ConfigError.ts";
import { DuplicateKeyError, parseYaml } from "./parseYaml.ts";

/**
 * Parses a config in YAML. Throws {@link ConfigError} `bad-config` with one line: file, member and expected value. For an
 * unknown member it lists the known ones from `known`, which maps the path of the parent to member names.
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
  let raw: unknown;
  try {
    // Its warnings and messages quote the text, which may have a secret.
    raw = parseYaml(text);
  } catch (error) {
    return fail(`is not YAML${yamlPlace(error)}`);
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) return fail("cannot be read");
  const { path, expected } = faultFromIssue(issue);
  const names = issue.code === "unrecognized_keys" ? known[issue.path.map(String).join(".")] : undefined;
  const hint = names === undefined ? "" : `; known are ${names.join(", ")}`;
  return fail(`${path === "(body)" ? "" : `${path}: `}${expected}${hint}`);
}

/** What is wrong and where, without a word of the text. */
function yamlPlace(error: unknown): string {
  if (error instanceof DuplicateKeyError) return `: ${error.message}`;
  if (!(error instanceof YAMLParseError)) return "";
  const [start] = error.linePos ?? [];
  return `: ${error.code}${start === undefined ? "" : ` at line ${start.line}, column ${start.col}`}`;
}
