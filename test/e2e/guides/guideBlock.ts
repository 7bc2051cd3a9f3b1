import { readFileSync } from "node:fs";
import { join } from "node:path";
import { examplesOf } from "../../docs/examplesOf.ts";
import { ROOT } from "../../docs/readmes.ts";

/** The only code block of a language in a guide. Throws when there is none, or more than one. */
export function guideBlock(path: string, language: string): string {
  const blocks = examplesOf(readFileSync(join(ROOT, path), "utf8")).filter((it) => it.language === language);
  const [block] = blocks;
  if (block === undefined || blocks.length > 1) throw new Error(`${path}: has ${blocks.length} blocks of ${language}`);
  return block.text;
}

/** Replaces texts of an example by those of a test. Throws for a text that is not there. */
export function withReplaced(text: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the example does not have ${from}`);
    return result.replaceAll(from, to);
  }, text);
}
