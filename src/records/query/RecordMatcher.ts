import { type DecisionRecord, decisionRecordSchema } from "../decision/decisionSchema.ts";
import { parsedJson } from "../parsedJson.ts";
import { hexOf, sha256 } from "../sha256.ts";

/** Which records are wanted. A record must fit all that are given. */
export interface RecordFilter {
  readonly uid?: string | undefined;
  /** The namespace of the request; of a Namespace, its own name as well. */
  readonly namespace?: string | undefined;
  /** A policy that was asked; with the verdict `denied`, one that denied. */
  readonly policy?: string | undefined;
  readonly verdict?: "allowed" | "denied" | undefined;
  /** The name of a user. Where the cluster records hashes of names, the hash of this name is looked for. */
  readonly user?: string | undefined;
  /** Milliseconds since 1970, both included. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** Tells which lines of a cluster have a record that is wanted. */
export class RecordMatcher {
  readonly #filter: RecordFilter;
  readonly #userHash: string | undefined;
  /** Canonical JSON has these texts in every record that fits. */
  readonly #texts: readonly (readonly string[])[];

  private constructor(filter: RecordFilter, userHash: string | undefined) {
    const { uid, namespace, policy, verdict, user } = filter;
    this.#filter = filter;
    this.#userHash = userHash;
    const member = (name: string, value: string | boolean): string => `"${name}":${JSON.stringify(value)}`;
    this.#texts = [
      ...(uid === undefined ? [] : [[member("uid", uid)]]),
      ...(namespace === undefined ? [] : [[member("namespace", namespace), member("name", namespace)]]),
      ...(policy === undefined ? [] : [[member("policy", policy)]]),
      ...(verdict === undefined ? [] : [[member("allowed", verdict === "allowed")]]),
      ...(user === undefined ? [] : [[member("name", user), member("nameHash", userHash ?? "")]]),
    ];
  }

  static async create(cluster: string, filter: RecordFilter): Promise<RecordMatcher> {
    const { user } = filter;
    // See `decisionOf`.
    return new RecordMatcher(filter, user === undefined ? undefined : hexOf(await sha256(`${cluster}\0${user}`)));
  }

  /** The record of a line, if it is wanted; undefined for another; `unreadable` for a line that is no record. */
  match(text: string): DecisionRecord | "unreadable" | undefined {
    if (!this.#texts.every((choices) => choices.some((it) => text.includes(it)))) return undefined;
    const time = /^\{"at":"([^"]{24})"/.exec(text)?.[1];
    if (time !== undefined && !this.#isInTime(Date.parse(time))) return undefined;
    const { data } = decisionRecordSchema.safeParse(parsedJson(text));
    if (data === undefined) return "unreadable";
    return this.#fits(data) ? data : undefined;
  }

  #isInTime(atMs: number): boolean {
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = this.#filter;
    return atMs >= fromMs && atMs <= toMs;
  }

  #fits({ at, decision: { request, verdict, user } }: DecisionRecord): boolean {
    const filter = this.#filter;
    const { namespace = request.namespace, policy } = filter;
    const isNamespace = request.kind?.kind === "Namespace" && request.kind.group === "" && request.name === namespace;
    return (
      this.#isInTime(Date.parse(at)) &&
      (filter.uid === undefined || request.uid === filter.uid) &&
      (request.namespace === namespace || isNamespace) &&
      (filter.verdict === undefined || verdict.allowed === (filter.verdict === "allowed")) &&
      (filter.user === undefined || user.name === filter.user || user.nameHash === this.#userHash) &&
      (policy === undefined || verdict.policies.some((it) => it.policy === policy && this.#isMeant(it.findings)))
    );
  }

  #isMeant(findings: DecisionRecord["decision"]["verdict"]["policies"][number]["findings"]): boolean {
    return this.#filter.verdict !== "denied" || findings.some(({ effect }) => effect === "deny");
  }
}
