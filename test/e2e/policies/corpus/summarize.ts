import type { Policy } from "../../../../src/policy/define/policy.ts";
import type { CorpusFindings } from "./judgeCorpus.ts";

/** What a policy finds in the corpus. */
export interface PolicySummary {
  /** Objects that it judged. */
  readonly judged: number;
  /** Objects with a finding. */
  readonly objects: number;
  readonly findings: number;
  /** Messages by their object, of the first and the last object with a finding. */
  readonly examples: Readonly<Record<string, string>>;
}

/** What each policy finds, by its name, in the order of names. A policy that judges no object is there too. */
export function summarize(
  policies: readonly Policy[],
  found: readonly CorpusFindings[],
): Readonly<Record<string, PolicySummary>> {
  const names = policies.map(({ name }) => name).sort();
  return Object.fromEntries(
    names.map((name) => {
      const own = found.filter(({ policy }) => policy === name);
      const faulty = own.filter(({ findings }) => findings.length > 0);
      const ends = faulty.filter((_, index) => index === 0 || index === faulty.length - 1);
      const summary = {
        judged: own.length,
        objects: faulty.length,
        findings: faulty.reduce((sum, { findings }) => sum + findings.length, 0),
        examples: Object.fromEntries(
          ends.map(({ file, name: object, findings }) => [`${file}: ${object}`, findings[0]?.message ?? ""]),
        ),
      };
      return [name, summary];
    }),
  );
}
