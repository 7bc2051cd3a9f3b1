import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { reportCounts } from "../reportCounts.ts";
import { corpusPolicies } from "./corpusPolicies.ts";
import { type CorpusVerdicts, judgeCorpus } from "./judgeCorpus.ts";
import { type Corpus, readCorpus } from "./readCorpus.ts";
import { summarize } from "./summarize.ts";

const FINDINGS = new URL("findings.json", import.meta.url);

let corpus: Corpus;
let verdicts: CorpusVerdicts;

beforeAll(async () => {
  corpus = await readCorpus();
  verdicts = await judgeCorpus(corpusPolicies(), corpus.objects);
});

it("judges at least 300 manifests that others have published", () => {
  const { objects, files, duplicates, unreadable } = corpus;
  reportCounts("manifests of others", {
    files,
    objects: objects.length,
    judged: verdicts.judged,
    duplicates,
    unreadable,
  });
  expect(verdicts.judged).toBeGreaterThanOrEqual(300);
});

it("finds in them what findings.json says (UPDATE=1 writes it)", async () => {
  const found = summarize(corpusPolicies(), verdicts.findings);
  if (process.env.UPDATE === "1") await writeFile(FINDINGS, `${JSON.stringify(found, undefined, 2)}\n`);
  expect(found).toEqual(JSON.parse(await readFile(FINDINGS, "utf8")));
});
