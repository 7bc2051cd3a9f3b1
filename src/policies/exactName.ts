import * as z from "zod/mini";
import { noOuterBlanks } from "./noOuterBlanks.ts";

/** A name in a parameter that is compared exactly. One with a `*` would match nothing, without notice. */
export const exactName = z
  .string()
  .check(z.regex(/^[^*]+$/, "is empty or has a *; names are compared exactly, so give each one"), noOuterBlanks);

/** An {@link exactName}, or `*` for all. */
export const exactNameOrAll = z
  .string()
  .check(
    z.regex(
      /^(?:\*|[^*]+)$/,
      "is empty or has a * beside other characters; names are compared exactly, and only * alone stands for all",
    ),
    noOuterBlanks,
  );
