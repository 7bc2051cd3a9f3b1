import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fillTables } from "./fillTables.ts";
import { ROOT, readmes } from "./readmes.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-docs-"));
mkdirSync(join(folder, "src"));
writeFileSync(join(folder, "src/Other.ts"), 'export type OtherCode =\n  /** The other | one. */\n  "other";\n');
writeFileSync(
  join(folder, "src/Codes.ts"),
  'import type { OtherCode } from "./Other.ts";\n/** Codes. */\nexport type Code =\n  /** The first.\n   * Two lines. */\n  | "first"\n  | OtherCode;\nexport type Bare = "bare";\n/** Wrong. */\nexport const EXIT_WRONG = 2;\n/** Fine. */\nexport const EXIT_OK = 0;\n',
);
writeFileSync(
  join(folder, "src/Metrics.ts"),
  'const HELP = "Calls.";\nnew Counter({ name: "postern_calls_total", help: HELP });\ngauge("postern_size", "The size.", []);\n',
);
afterAll(() => rmSync(folder, { recursive: true }));

it.each(readmes().map(({ path, text }) => [path, text] as const))(
  "the generated tables of %s are up to date (npm run docs)",
  (_, text) => {
    expect(fillTables(ROOT, text)).toBe(text);
  },
);

describe("fillTables", () => {
  it("writes the members of a union, and of the unions that are part of it, with their doc comments", () => {
    expect(fillTables(folder, "<!-- table: src/Codes.ts Code -->\nold\n<!-- /table -->\n")).toBe(
      "<!-- table: src/Codes.ts Code -->\n\n| code | meaning |\n|---|---|\n| `first` | The first. Two lines. |\n| `other` | The other \\| one. |\n\n<!-- /table -->\n",
    );
  });

  it("writes exported numbers in the order of their values", () => {
    expect(fillTables(folder, "<!-- constants: src/Codes.ts EXIT_ -->\n<!-- /constants -->\n")).toBe(
      "<!-- constants: src/Codes.ts EXIT_ -->\n\n| code | meaning |\n|---|---|\n| 0 | Fine. |\n| 2 | Wrong. |\n\n<!-- /constants -->\n",
    );
  });

  it("writes metrics that are named by literals and by constants", () => {
    expect(fillTables(folder, "<!-- metrics: src/Metrics.ts -->\n<!-- /metrics -->\n")).toBe(
      "<!-- metrics: src/Metrics.ts -->\n\n| metric | meaning |\n|---|---|\n| `postern_calls_total` | Calls. |\n| `postern_size` | The size. |\n\n<!-- /metrics -->\n",
    );
  });

  it("leaves other text as it is", () => {
    expect(fillTables(folder, "# Title\n\n<!-- a comment -->\n")).toBe("# Title\n\n<!-- a comment -->\n");
  });

  it("fails for a member without a doc comment, and for a type that does not exist", () => {
    expect(() => fillTables(folder, "<!-- table: src/Codes.ts Bare -->\n<!-- /table -->")).toThrow(
      "bare has no doc comment",
    );
    expect(() => fillTables(folder, "<!-- table: src/Codes.ts None -->\n<!-- /table -->")).toThrow("has no type None");
  });
});
