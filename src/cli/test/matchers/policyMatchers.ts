// For the module that is augmented below.
import type {} from "vitest";
import type { Policy } from "../../../policy/define/policy.ts";
import { isJsonObject } from "../../../protocol/Json.ts";
import { type Expected, failureOf } from "../judge/failureOf.ts";
import type { Judgement } from "../judge/PolicyJudge.ts";
import { sameJson } from "../judge/sameJson.ts";
import { compareLines } from "../report/compareLines.ts";
import { emptyFault, type MessagePattern } from "../table/messagePattern.ts";
import type { ExpectedPatch } from "../table/TestTable.ts";
import { held, type Matched, type MatcherScope } from "./held.ts";
import { judgeObject, type ObjectRequest } from "./judgeObject.ts";

export type { ExpectedPatch } from "../table/TestTable.ts";
export type { ObjectRequest } from "./judgeObject.ts";

/** A JSON Patch, or members that an object has after it. */
export type ExpectedChange = ExpectedPatch | Readonly<Record<string, unknown>>;

/**
 * Matchers for policies. Each judges an object by one policy alone, in mode `enforce`, and has to be awaited. It fails, also behind
 * `.not`, when the match of the policy never reaches the object, and when the policy throws. `object` is a manifest, or a captured
 * AdmissionReview.
 */
export interface PolicyMatchers {
  /** The policy denies the object. `message`: what a denial contains, or matches. */
  toDeny(object: object, message?: string | RegExp, request?: ObjectRequest): Promise<void>;
  /** The policy warns, and does not deny. `message`: what a warning contains, or matches. */
  toWarn(object: object, message?: string | RegExp, request?: ObjectRequest): Promise<void>;
  /** The policy says nothing of the object, and does not change it. */
  toAllow(object: object, request?: ObjectRequest): Promise<void>;
  /** The policy changes the object: by exactly this JSON Patch, or so that it has these members. */
  toChange(object: object, expected?: ExpectedChange, request?: ObjectRequest): Promise<void>;
}

declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends PolicyMatchers {}
}

type MessageArguments = [message?: string | RegExp, request?: ObjectRequest];
type ChangeArguments = [expected?: ExpectedChange, request?: ObjectRequest];

/** The matchers of {@link PolicyMatchers} for vitest: `expect.extend(policyMatchers)`. */
export const policyMatchers = {
  toDeny(this: MatcherScope, policy: unknown, object: object, ...[message, request]: MessageArguments) {
    return held(this, () => match(policy, object, { expect: "denied", message: patternOf(message) }, request));
  },
  toWarn(this: MatcherScope, policy: unknown, object: object, ...[message, request]: MessageArguments) {
    return held(this, () => match(policy, object, { expect: "warned", message: patternOf(message) }, request));
  },
  toAllow(this: MatcherScope, policy: unknown, object: object, request?: ObjectRequest) {
    return held(this, () => match(policy, object, { expect: "allowed" }, request));
  },
  toChange(this: MatcherScope, policy: unknown, object: object, ...[expected, request]: ChangeArguments) {
    return held(this, () =>
      expected === undefined || isPatch(expected)
        ? match(policy, object, { expect: "changed", patch: expected }, request)
        : matchMembers(policy, object, expected, request),
    );
  },
};

async function matchMembers(
  policy: unknown,
  object: object,
  expected: Readonly<Record<string, unknown>>,
  request?: ObjectRequest,
): Promise<Matched> {
  const judged = await judge(policy, object, request);
  const members = sameMembers(judged.judgement.object, expected);
  const failure = failureOf({ expect: "changed" }, judged.judgement, judged.policy.name);
  const other = { reason: "the object became another one", compare: { expected, came: members } };
  return matched(judged, "changed", failure ?? (sameJson(expected, members) ? undefined : other));
}

async function match(policy: unknown, object: object, expected: Expected, request?: ObjectRequest): Promise<Matched> {
  const judged = await judge(policy, object, request);
  return matched(judged, expected.expect, failureOf(expected, judged.judgement, judged.policy.name));
}

interface Judged {
  readonly policy: Policy;
  readonly judgement: Judgement;
}

/** Throws where the answer says nothing: then the opposite of the matcher must not hold either. */
async function judge(policy: unknown, object: object, request: ObjectRequest = {}): Promise<Judged> {
  const judged = await judgeObject(policy, object, request);
  const { judgement } = judged;
  if (judgement.came !== "failed" && judgement.came !== "not judged") return judged;
  const failure = failureOf({ expect: "allowed" }, judgement, judged.policy.name);
  throw new Error(failure?.reason ?? judgement.came);
}

function matched({ policy, judgement }: Judged, expected: string, failure: ReturnType<typeof failureOf>): Matched {
  return {
    pass: failure === undefined,
    message: () => {
      if (failure === undefined) return `expected ${policy.name} not to come to: ${expected}`;
      const { reason, compare } = failure;
      const said = judgement.findings.map(({ effect, message }) => `  ${effect} ${message}`);
      const lines = compare === undefined ? [] : compareLines(compare.expected, compare.came);
      return [
        `${policy.name}: expected ${expected}, and ${judgement.came} came: ${reason}`,
        ...said,
        ...lines.map(({ sign, text }) => `  ${sign} ${text}`),
      ].join("\n");
    },
  };
}

function patternOf(message: string | RegExp | undefined): MessagePattern | undefined {
  if (message === undefined) return undefined;
  const pattern: MessagePattern =
    typeof message === "string"
      ? { source: message, test: (text) => text.includes(message) }
      : // The flags g and y would make the result depend on the call before.
        { source: String(message), test: (text) => text.search(message) >= 0 };
  const fault = emptyFault(pattern);
  if (fault !== undefined) throw new TypeError(fault);
  return pattern;
}

function isPatch(expected: ExpectedChange): expected is ExpectedPatch {
  return Array.isArray(expected);
}

/** The part of a value that has the members of another one. Lists are compared as a whole. */
function sameMembers(value: unknown, like: unknown): unknown {
  if (!isJsonObject(value) || !isJsonObject(like)) return value;
  const members = Object.entries(like).flatMap(([key, member]) =>
    Object.hasOwn(value, key) ? [[key, sameMembers(value[key], member)] as const] : [],
  );
  return Object.fromEntries(members);
}
