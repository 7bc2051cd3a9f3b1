import type { ParameterDoc } from "../../../src/policies/catalogue/BuiltinDoc.ts";

/**
 * A parameter whose doc comment may name its default: `Default: any.` The default of the code is before it, and the words are
 * then a sentence of the meaning. Throws for a parameter without a doc comment.
 */
export function withDefault({
  name,
  type,
  meaning,
  default: value,
}: Omit<ParameterDoc, "default"> & { readonly default: string | undefined }): ParameterDoc {
  const [whole = "", , said] = /(^| )Default: (.*?)(?:\.(?= |$)|$)/.exec(meaning) ?? [];
  const rest = meaning.replace(whole, "").trim();
  if (rest === "" && said === undefined) throw new Error(`the parameter ${name} has no doc comment`);
  const isSaid = said === undefined || value === undefined || said === value || /^(?:none|any)$/.test(said);
  const more = isSaid ? [] : [`The default is ${said}.`];
  return {
    name,
    type,
    default: value ?? said?.replace(/^there is none$/, "none") ?? "none",
    meaning: [...(rest === "" ? [] : [rest]), ...more].join(" "),
  };
}
