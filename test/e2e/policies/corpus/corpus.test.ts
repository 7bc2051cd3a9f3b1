import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { reportCounts } from "../reportCounts.ts";
import { corpusPolicies } from "./corpusPolicies.ts";
import { type CorpusVerdicts, judgeCorpus } from "./judgeCorpus.ts";
import { type Corpus, readCorpus } from "./readCorpus.ts";
import { summarize } from "./summarize.ts";

const FINDINGS = new URL("findings.json", import.meta.url);
const README = new URL("README.md", import.meta.url);

let corpus: Corpus;
let verdicts: CorpusVerdicts;

beforeAll(async () => {
  corpus = await readCorpus();
  verdicts = await judgeCorpus(corpusPolicies(), corpus.objects);
});

it("judges at least 300 manifests that others have published", () => {
  const { objects, files, duplicates, unreadable } = corpus;
  const { judged, invalid } = verdicts;
  reportCounts("manifests of others", { files, objects: objects.length, judged, duplicates, unreadable });
  expect(judged).toBeGreaterThanOrEqual(300);
  expect(invalid).toEqual(["k8s.io/cli-runtime/artifacts/deeply-nested.yaml: Pod "]);
});

it("finds in them what findings.json says (UPDATE=1 writes it)", async () => {
  const found = summarize(corpusPolicies(), verdicts.findings);
  if (process.env.UPDATE === "1") await writeFile(FINDINGS, `${JSON.stringify(found, undefined, 2)}\n`);
  expect(found).toEqual(JSON.parse(await readFile(FINDINGS, "utf8")));
});

it("says in the README of each policy why its findings are right", async () => {
  const [, table = ""] = (await readFile(README, "utf8")).split("## What each policy finds");
  const rows = table.split("## What was mended")[0]?.matchAll(/^\| `([\w-]+)` \|/gm) ?? [];
  expect([...rows].map(([, name]) => name)).toEqual(
    corpusPolicies()
      .map(({ name }) => name)
      .sort(),
  );
});
