import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { parameterDocs } from "./parameterDocs.ts";
import { SourceModule } from "./SourceModule.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-builtins-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
write(
  "shared.ts",
  "/** The parameter `images`: images with `*`. */\nexport const images = z._default(z.array(z.string()), []);\n",
);
write("options.ts", 'export type Level = "a" | "b";\nexport interface More { /** More. */ readonly more: string }\n');

/** The parameter of a built-in with this line in its `params`. */
const parameterOf = (line: string) =>
  parameterDocs(
    "one",
    new SourceModule(
      write(
        "one.ts",
        `import { images } from "./shared.ts";
const IDS = ["x", "y"] as const;
const name = z.string().check(z.minLength(1));
export const one = builtin({ params: { ${line} } });
`,
      ),
    ),
  )[0];

it.each<[line: string, type: string, value: string, meaning: string]>([
  ["/** A. */ a: z.string()", "string", "required", "A."],
  ["/** A. */ a: z.optional(z.int())", "number", "none", "A."],
  ["/** A. Default: any. */ a: z.optional(z.int())", "number", "any", "A."],
  ["/** A. Default: there is none. */ a: z.optional(z.int())", "number", "none", "A."],
  ['/** A. */ a: z._default(z.array(name), ["b", "c"])', "string[]", '["b", "c"]', "A."],
  [
    "/** A. Default: all. */ a: z._default(z.array(z.enum(IDS)), [...IDS])",
    '("x" | "y")[]',
    '["x", "y"]',
    "A. The default is all.",
  ],
  ["/** A. Default: none. */ a: z._default(z.array(name), [])", "string[]", "[]", "A."],
  ["/** A. Default: true. */ a: z._default(z.boolean(), true)", "boolean", "true", "A."],
  [
    "/** A. */ a: z._default(z.record(name, z.strictObject({ /** B. */ b: name, c: z.optional(name) })), {})",
    "Record<string, { b: string, c?: string }>",
    "{}",
    "A. `b`: B.",
  ],
  ["/** A | B. */ a: z.union([name, z.literal(false)])", "string | false", "required", "A | B."],
  ["images", "string[]", "[]", "Images with `*`."],
  ["/** Own. */ images", "string[]", "[]", "Own."],
])("parameterDocs reads %s", (line, type, value, meaning) => {
  expect(parameterOf(line)).toMatchObject({ type, default: value, meaning });
});

it("parameterDocs refuses a parameter without a doc comment, and a schema that it does not know", () => {
  expect(() => parameterOf("a: z.string()")).toThrow(
    expect.objectContaining({ cause: new Error("the parameter a has no doc comment") }),
  );
  expect(() => parameterOf("/** A. */ a: z.date()")).toThrow(
    expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringMatching("unknown schema") }) }),
  );
});

it("parameterDocs reads the options of a function, without those that all built-ins have", () => {
  const path = write(
    "two.ts",
    `import type { Level, More } from "./options.ts";
export interface TwoOptions extends ValidatorOptions, More {
  /** The name. */
  readonly name?: string;
  /** The levels. Default: \`a\`. */
  readonly levels?: readonly Level[];
  /** Whether. */
  readonly podTemplates?: Match["podTemplates"];
}
export function two(options: TwoOptions = {}): Policy {}
`,
  );
  expect(parameterDocs("two", new SourceModule(path))).toEqual([
    { name: "more", type: "string", default: "required", meaning: "More." },
    { name: "levels", type: '("a" | "b")[]', default: "`a`", meaning: "The levels." },
    { name: "podTemplates", type: "boolean | PodTemplateKind[]", default: "none", meaning: "Whether." },
  ]);
});

it("SourceModule finds why a policy has no native form", () => {
  const path = write(
    "three.ts",
    "/**\n * A policy.\n *\n * Not native: two\n * lines.\n */\n// Not validations: a b.\n",
  );
  expect(new SourceModule(path).reasons()).toEqual(["two lines", "a b"]);
});
