import { readFile, realpath, stat } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { isSecret } from "../../../policy/report/isSecret.ts";
import { isJsonObject } from "../../../protocol/Json.ts";
import { writeFileAtomically } from "../../terminal/writeFileAtomically.ts";
import { YamlDocument } from "../../yaml/YamlDocument.ts";
import type { CaseResult } from "../CaseResult.ts";
import { sameJson } from "../judge/sameJson.ts";
import { readTableDocument } from "../table/readTableDocument.ts";
import type { TableFault } from "../table/TestTable.ts";
import { insertPatch } from "./insertPatch.ts";

/** The results of a table after its patches are written. */
export interface UpdatedTable {
  /** A case whose patch was written has passed. */
  readonly results: readonly CaseResult[];
  readonly faults: readonly TableFault[];
  /** The cases with another patch. */
  readonly written: number;
}

/**
 * Writes the patches that came into the cases of a table that expect `changed`. The rest of the file stays as it is. It is replaced
 * in one step. A patch of a Secret is not written: it may have what a mutator puts into the Secret.
 */
export async function updateTable(file: string, results: readonly CaseResult[]): Promise<UpdatedTable> {
  const changed = results.filter(needsPatch);
  if (changed.length === 0) return { results, faults: [], written: 0 };
  const path = await realpath(file);
  const before = await readFile(path, "utf8");
  let text = before;
  const done = new Set<CaseResult>();
  const faults: TableFault[] = [];
  for (const result of changed) {
    const next = withPatch(file, text, result);
    if (next === undefined) {
      const { line, name: test } = result.test;
      faults.push({ file, line, message: "patch: the case is not written as a map; write the patch by hand", test });
    } else {
      text = next;
      done.add(result);
    }
  }
  if (text !== before) await writeFileAtomically(path, text, (await stat(path)).mode & 0o777);
  return {
    results: results
      .filter((it) => done.has(it) || !changed.includes(it))
      .map((it) => (done.has(it) ? { ...it, failure: undefined, notes: [] } : it)),
    faults,
    written: done.size,
  };
}

function needsPatch({ test, judgement }: CaseResult): boolean {
  if (test.expect !== "changed" || isSecret(test.review) || judgement.came === "denied" || judgement.patch.length === 0)
    return false;
  return test.patch === undefined || !sameJson(test.patch, judgement.patch);
}

/** The text with the patch of one case; undefined when that would change anything else. */
function withPatch(file: string, text: string, { test, judgement }: CaseResult): string | undefined {
  const table = readTableDocument(file, text);
  if (!(table instanceof YamlDocument)) return undefined;
  const next = insertPatch(text, table, test.index, judgement.patch);
  const read = next === undefined ? undefined : readTableDocument(file, next);
  if (next === undefined || !(read instanceof YamlDocument)) return undefined;
  const [left, right] = [casesOf(table.value), casesOf(read.value)];
  const { patch, ...others } = right[test.index] ?? {};
  const { patch: _, ...same } = left[test.index] ?? {};
  const isOnlyChange =
    isDeepStrictEqual(others, same) &&
    isDeepStrictEqual(left.toSpliced(test.index, 1), right.toSpliced(test.index, 1)) &&
    isDeepStrictEqual({ ...Object(table.value), cases: [] }, { ...Object(read.value), cases: [] });
  return isOnlyChange && Array.isArray(patch) && sameJson(patch, judgement.patch) ? next : undefined;
}

function casesOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  const cases = isJsonObject(value) ? value.cases : undefined;
  return Array.isArray(cases) ? cases.map((one: unknown) => (isJsonObject(one) ? one : {})) : [];
}
