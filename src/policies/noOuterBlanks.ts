import * as z from "zod/mini";

/** A check of a name in a parameter, such as `User/NAME`: one with outer blanks would match nothing, without notice. */
export const noOuterBlanks = z.refine<string>(
  (name) => name.split("/").every((part) => part.trim() === part),
  "begins or ends with a blank",
);
