import * as z from "zod/mini";
import { EXPECTATIONS } from "./TestTable.ts";

const text = z.string().check(z.minLength(1));
const object = z.record(z.string(), z.unknown());

const userSchema = z.strictObject({
  username: text,
  groups: z.optional(z.array(z.string())),
});

const operationSchema = z.strictObject({
  op: z.enum(["add", "replace", "remove"]),
  path: z.string(),
  value: z.optional(z.unknown()),
});

/** The defaults that a table has for its cases. */
const defaults = {
  policy: z.optional(text),
  cluster: z.optional(text),
  namespace: z.optional(text),
  user: z.optional(userSchema),
};

/** A table without its cases, which are read one by one. */
export const tableSchema = z.strictObject({
  gate: z.optional(text),
  crds: z.optional(z.array(text)),
  ...defaults,
  cases: z.array(z.unknown()),
});

/** One case. */
export const caseSchema = z.strictObject({
  name: text,
  ...defaults,
  manifest: z.optional(z.union([text, object])),
  review: z.optional(z.union([text, object])),
  old: z.optional(z.union([text, object])),
  operation: z.optional(z.enum(["CREATE", "UPDATE", "DELETE"])),
  at: z.optional(text),
  expect: z.enum(EXPECTATIONS),
  message: z.optional(z.string()),
  patch: z.optional(z.array(operationSchema)),
});

/** A case as it is written. */
export type WrittenCase = z.infer<typeof caseSchema>;
/** A table as it is written. */
export type WrittenTable = z.infer<typeof tableSchema>;

/** The fields that may be written at a path of a case or a table, for hints. */
export const KNOWN_FIELDS: Readonly<Record<"table" | "case" | "user" | "patch", readonly string[]>> = {
  table: Object.keys(tableSchema.shape),
  case: Object.keys(caseSchema.shape),
  user: Object.keys(userSchema.shape),
  patch: Object.keys(operationSchema.shape),
};
