import type { LocalVerdict } from "../gate/judgeReviewLocally.ts";

/** A line for each finding that an exception permits: `POLICY: MESSAGE (until 2026-12-31, OWNER: REASON)`. */
export function exceptedTexts({ policies, exceptions }: Pick<LocalVerdict, "policies" | "exceptions">): string[] {
  const lines = policies.flatMap(({ policy, exception, findings }) => {
    if (exception === undefined) return [];
    const meant = exceptions.find((it) => it.policy === policy && it.state !== "unneeded");
    const how = meant === undefined ? exception : `until ${meant.until}, ${meant.owner}: ${meant.reason}`;
    return findings.flatMap(({ effect, message }) => {
      if (effect === "excepted") return [`${policy}: ${message} (${how})`];
      return effect === "would-patch" ? [`${policy}: does not patch ${message} (${how})`] : [];
    });
  });
  return [...new Set(lines)];
}

/** A line for each exception that the object does not need. */
export function unneededTexts({ exceptions }: Pick<LocalVerdict, "exceptions">): string[] {
  return exceptions
    .filter(({ state }) => state === "unneeded")
    .map(({ policy, until, owner, reason }) => `exception of ${policy} until ${until} (${owner}: ${reason})`);
}
