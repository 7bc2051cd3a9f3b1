import { canonicalJson } from "../canonicalJson.ts";
import type { Decision } from "../decision/decisionSchema.ts";
import { hexOf, sha256 } from "../sha256.ts";
import type { DecisionKey } from "./RecordLog.ts";

/** The key of a decision. Warnings and durations differ between two judgements of one request, and do not count. */
export async function decisionKey({ request, verdict }: Decision): Promise<DecisionKey> {
  const { uid, purpose, entry = "", part = "", digest } = request;
  const { allowed, code, message, patchHash, policies } = verdict;
  const said = policies.map(({ policy, mode, result }) => ({ policy, mode, result }));
  const judged = canonicalJson({ allowed, code, message, patchHash, policies: said });
  const call = hexOf(await sha256(`${uid}\0${purpose}/${entry}/${part}`));
  return { call, digest, verdict: hexOf(await sha256(judged)) };
}
