import { isAbsolute, relative } from "node:path";
import type { GateRuntime } from "../../../gate/GateRuntime.ts";
import type { ClusterSettings } from "../../../policy/define/ClusterSettings.ts";
import type { Conversion } from "../../../policy/define/conversion.ts";
import type { Policy } from "../../../policy/define/policy.ts";
import type { JsonObject } from "../../../protocol/Json.ts";
import type { PatchOperation } from "../../../protocol/patch/PatchOperation.ts";
import type { Review } from "../../../protocol/review/Review.ts";
import type { PolicyFinding } from "../../../protocol/review/Verdict.ts";
import type { Log, LogProperties } from "../../../telemetry/Log.ts";
import { judgeReviewLocally } from "../../gate/judgeReviewLocally.ts";
import { localRuntime } from "../../gate/localRuntime.ts";
import { type Miss, missOf } from "./missOf.ts";

/** What one policy did with a review. */
export interface Judgement {
  /**
   * `failed`: the policy threw or missed its deadline; `not judged`: its match leaves the review out. `changed` is a change that
   * was applied, without a warning or a denial.
   */
  readonly came: "denied" | "warned" | "changed" | "allowed" | "not judged" | "failed";
  readonly findings: readonly PolicyFinding[];
  /** Empty when the policy is no mutator, changed nothing, or denied. */
  readonly patch: readonly PatchOperation[];
  /** The object with the patch; null for DELETE. */
  readonly object: JsonObject | null;
  /** Why the policy was not asked. */
  readonly miss?: Miss;
  /** The error of a policy that failed, with the place of its first frame. */
  readonly error?: string;
}

/** Judges reviews by one policy alone, as a gate would that has no other. */
export class PolicyJudge {
  readonly #policy: Policy;
  readonly #runtime: GateRuntime;
  #error: string | undefined;

  /** `now` is the clock, in milliseconds since 1970. */
  constructor(policy: Policy, conversions: readonly Conversion[], now: () => number) {
    this.#policy = policy;
    const gate = { name: "postern", policies: [policy], entries: {}, conversions, tiers: [], clusters: {} };
    this.#runtime = localRuntime(gate, this.#log(), now);
  }

  /**
   * One at a time: an error of the policy belongs to the last call. `at` is the time of stages and exceptions, in milliseconds since
   * 1970; default: now.
   */
  async judge(review: Review, settings: ClusterSettings, at?: number): Promise<Judgement> {
    this.#error = undefined;
    const { policies, patch, object } = await judgeReviewLocally(this.#runtime, settings, review, at);
    const [verdict] = policies;
    const nothing = { findings: [], patch: [], object };
    if (verdict === undefined || verdict.result === "other-version")
      return { came: "not judged", ...nothing, miss: missOf(this.#policy, review) };
    const { findings, result } = verdict;
    if (result !== "judged") {
      const missed = "the policy missed its deadline";
      return { came: "failed", ...nothing, findings, error: result === "failed" ? (this.#error ?? result) : missed };
    }
    return { came: cameOf(findings, patch), findings, patch, object };
  }

  #log(): Log {
    const note = (_message: string, { error }: LogProperties = {}): void => {
      if (error !== undefined) this.#error ??= errorText(error);
    };
    return { debug: () => undefined, info: () => undefined, warn: note, error: note };
  }
}

function cameOf(findings: readonly PolicyFinding[], patch: readonly PatchOperation[]): Judgement["came"] {
  const has = (...effects: readonly string[]): boolean => findings.some(({ effect }) => effects.includes(effect));
  if (has("deny")) return "denied";
  if (has("warn", "existing")) return "warned";
  return patch.length > 0 ? "changed" : "allowed";
}

/** `RangeError: no such key (policies/team.ts:12:5)`. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [frame = ""] = (error.stack ?? "").split("\n").filter((line) => line.startsWith(FRAME));
  const place = placeOf(frame);
  return `${error.name}: ${error.message}${place === "" ? "" : ` (${place})`}`;
}

const FRAME = "    at ";

/** The file and line of a frame of a stack, from the working directory. */
function placeOf(frame: string): string {
  const open = frame.lastIndexOf("(");
  const place = open < 0 ? frame.slice(FRAME.length) : frame.slice(open + 1, frame.lastIndexOf(")"));
  const path = place.replace(/^file:\/\//, "");
  return isAbsolute(path) ? relative(process.cwd(), path) : path;
}
