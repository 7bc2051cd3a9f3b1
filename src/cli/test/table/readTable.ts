import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatPath } from "../../../policy/define/formatPath.ts";
import { isJsonObject } from "../../../protocol/Json.ts";
import { parseInstant } from "../../../protocol/parseInstant.ts";
import { declaredResources } from "../../manifests/declaredResources.ts";
import { readReviews } from "../../manifests/readReviews.ts";
import { closestName } from "../../terminal/closestName.ts";
import { readFault } from "../../terminal/readFault.ts";
import { YamlDocument } from "../../yaml/YamlDocument.ts";
import { readMessagePattern } from "./messagePattern.ts";
import { type CaseSurroundings, definitionsOf, inputsOf, NO_INPUT, readCaseReview } from "./readCaseReview.ts";
import { readTableDocument } from "./readTableDocument.ts";
import { type ShapeFault, shapeFaults } from "./shapeFaults.ts";
import type { TableFault, TestCase, TestTable } from "./TestTable.ts";
import { caseSchema, KNOWN_FIELDS, tableSchema, type WrittenCase, type WrittenTable } from "./tableSchema.ts";

/** A table while its cases are read. */
interface OpenTable {
  readonly file: string;
  readonly document: YamlDocument;
  readonly written: WrittenTable;
  readonly around: Omit<CaseSurroundings, "namespace" | "user">;
  readonly faults: TableFault[];
  readonly names: Map<string, number>;
}

/** Reads a table of cases. What cannot be used is a fault with its line; the other cases are still read. */
export async function readTable(file: string): Promise<TestTable> {
  const text = await readText(file);
  const document = typeof text === "string" ? readTableDocument(file, text) : text;
  if (!(document instanceof YamlDocument)) return broken(file, [document]);
  if (isOfAnotherTool(document.value)) return { ...broken(file, []), isOther: true };
  const parsed = tableSchema.safeParse(document.value);
  if (!parsed.success)
    return broken(
      file,
      shapeFaults(parsed.error.issues, document.value, "table").map(({ path, message }) => ({
        file,
        line: document.lineOf(path),
        message,
      })),
    );
  const folder = dirname(file);
  const { gate, cases: written, crds: named = [] } = parsed.data;
  const crds = named.map((path) => join(folder, path));
  const read = await readReviews(crds, { operation: "CREATE" }, NO_INPUT);
  const faults = read.faults.map((fault) => ({ ...fault, line: fault.line ?? 1 }));
  const declared = declaredResources(definitionsOf(read.reviews));
  const around = { folder, crds, declared };
  const table: OpenTable = { file, document, written: parsed.data, around, faults, names: new Map() };
  if (written.length === 0)
    faults.push({ file, line: document.lineOf(["cases"]), message: "has no cases; a table without one tests nothing" });
  const cases: TestCase[] = [];
  const inputs: string[] = [...crds];
  for (const [index, one] of written.entries()) {
    const parsedCase = caseSchema.safeParse(one);
    if (!parsedCase.success) {
      const name = typeof one === "object" && one !== null ? Reflect.get(one, "name") : undefined;
      const test = typeof name === "string" ? name : undefined;
      for (const fault of shapeFaults(parsedCase.error.issues, one, "case")) addFault(table, index, { ...fault, test });
      continue;
    }
    inputs.push(...inputsOf(parsedCase.data, folder));
    const ready = await readCase(table, parsedCase.data, index);
    if (ready !== undefined) cases.push(ready);
  }
  const gateLine = document.lineOf(["gate"]);
  return { file, gate: gate === undefined ? undefined : join(folder, gate), gateLine, cases, faults, inputs };
}

/** One case; undefined when it has a fault. */
async function readCase(table: OpenTable, written: WrittenCase, index: number): Promise<TestCase | undefined> {
  const { file, document, around } = table;
  const { name, expect } = written;
  const fail = (message: string, ...path: readonly string[]): undefined => {
    const place = formatPath(path);
    return addFault(table, index, { path, message: place === "" ? message : `${place}: ${message}`, test: name });
  };
  const before = table.names.get(name);
  if (before !== undefined) return fail(`the case in line ${before} has the same name; give each its own`, "name");
  table.names.set(name, document.lineOf(["cases", index]));
  const defaults = table.written;
  const policy = written.policy ?? defaults.policy;
  if (policy === undefined) return fail("policy is missing: write the name of the policy here, or for the whole table");
  if (written.message !== undefined && expect !== "denied" && expect !== "warned")
    return fail(`is for expect: denied and warned; ${expect} has no message`, "message");
  const at = written.at === undefined ? undefined : parseInstant(written.at);
  if (written.at !== undefined && at === undefined)
    return fail("expected a date, or a time with its zone, such as 2026-12-01 or 2026-12-01T09:00:00+01:00", "at");
  if (written.patch !== undefined && expect !== "changed")
    return fail(`is for expect: changed; ${expect} has no patch`, "patch");
  const message = written.message === undefined ? undefined : readMessagePattern(written.message);
  if (typeof message === "string") return fail(message, "message");
  const review = await readCaseReview(written, {
    ...around,
    namespace: written.namespace ?? defaults.namespace,
    user: written.user ?? (written.review === undefined ? defaults.user : undefined),
  });
  if ("path" in review) return fail(review.message, ...review.path);
  return {
    file,
    line: document.lineOf(["cases", index]),
    index,
    name,
    policy,
    cluster: written.cluster ?? defaults.cluster,
    at,
    review,
    expect,
    message,
    patch: written.patch,
    lineOf: (field) => document.lineOf(["cases", index, field]),
  };
}

/** `message` is complete. */
function addFault(
  { file, document, faults }: OpenTable,
  index: number,
  { path, message, test }: ShapeFault & Pick<TableFault, "test">,
): undefined {
  faults.push({ file, line: document.lineOf(["cases", index, ...path]), message, test });
  return undefined;
}

/** Whether no field of a document is one of a table, nor close to one, as in the tests of Prometheus rules. */
function isOfAnotherTool(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => closestName(name, KNOWN_FIELDS.table) === undefined);
}

function broken(file: string, faults: readonly TableFault[]): TestTable {
  return { file, gate: undefined, gateLine: 1, cases: [], faults, inputs: [] };
}

async function readText(file: string): Promise<string | TableFault> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    return { file, message: error instanceof TypeError ? "is not UTF-8" : readFault(error) };
  }
}
