import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { HOSTILE, ReportBed, writeEach, writeHostile } from "./ReportBed.ts";

const bed = new ReportBed();
afterAll(() => bed.folder.remove());

const schema: unknown = JSON.parse(
  readFileSync(new URL("../../../fixtures/schemas/gitlab-code-quality.json", import.meta.url), "utf8"),
);
const isValid = new Ajv({ allErrors: true }).compile(z.record(z.string(), z.unknown()).parse(schema));
const reportSchema = z.array(
  z.object({
    description: z.string(),
    check_name: z.string(),
    fingerprint: z.string(),
    severity: z.string(),
    location: z.object({ path: z.string(), lines: z.object({ begin: z.number() }) }),
  }),
);

async function gitlab(...args: string[]) {
  const { code, out } = await bed.run("gitlab", args);
  const report: unknown = JSON.parse(out);
  isValid(report);
  expect(isValid.errors).toBeNull();
  const entries = reportSchema.parse(report);
  expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(entries.length);
  return { code, entries, out };
}

describe("postern review --output gitlab", () => {
  it("has an entry for each finding, and for what is not judged or cannot be read", async () => {
    bed.folder.write("broken.yaml", "apiVersion: v1\nkind: [\n");
    const { code, entries } = await gitlab(`./${writeEach(bed)}`, "broken.yaml", "gone.yaml");
    expect(code).toBe(2);
    const shown = entries.map(
      ({ severity, check_name, location, description }) =>
        `${severity} ${check_name} ${location.path}:${location.lines.begin} ${description}`,
    );
    expect(shown.filter((line) => !line.includes(" stamp "))).toEqual([
      "critical say-no deploy/each.json:1 Pod shop/denied: no way",
      "minor say-maybe deploy/each.json:2 Pod shop/warned: mind this",
      "minor say-maybe deploy/each.json:2 Pod shop/warned: mind this",
      "info watched deploy/each.json:3 Pod shop/hidden: is watched",
      expect.stringMatching(
        /^info disallow-latest-tag deploy\/each\.json:4 Pod legacy\/old: .* \(excepted until 2027-03-01 /,
      ),
      "info not-judged deploy/each.json:6 Secret shop/token: not judged: no policy was asked",
      "blocker unreadable gone.yaml:1 does not exist",
      expect.stringMatching(/^blocker unreadable broken\.yaml:2 kind: /),
    ]);
  });

  it("is an empty list for no objects", async () => {
    bed.folder.write("none/values.yaml", "a: 1\n");
    expect(await gitlab("none")).toMatchObject({ code: 0, entries: [] });
  });

  it("stays whole and on its own with hostile names and messages of a megabyte", async () => {
    const { code, entries, out } = await gitlab(writeHostile(bed));
    expect(code).toBe(1);
    expect(entries.filter(({ severity }) => severity === "critical").length).toBe(HOSTILE.length + 1);
    expect(out.length).toBeLessThan(800_000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|##\[|^\s*::/m);
  });
});
