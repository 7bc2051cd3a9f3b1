import type { GateRuntime } from "../../../gate/GateRuntime.ts";
import type { Log } from "../../../telemetry/Log.ts";
import { judgeReviewLocally, type LocalVerdict } from "../../gate/judgeReviewLocally.ts";
import { localRuntime } from "../../gate/localRuntime.ts";
import type { LocatedReview } from "../../manifests/open/locateReview.ts";
import { objectText } from "../objectText.ts";
import { GATE_RULE } from "../report/reportedFindings.ts";
import type { GateChange } from "./GateChange.ts";
import type { GateSide } from "./GateSide.ts";

/** Judges objects by two gates, and finds those that only the old one denies. */
export class VerdictComparison {
  readonly #before: GateSide;
  readonly #after: GateSide;
  readonly #runtimes: { readonly before: GateRuntime; readonly after: GateRuntime };
  readonly #times: readonly number[];

  /** `times` rise, and the first is now. */
  constructor(before: GateSide, after: GateSide, times: readonly number[], log: Log) {
    this.#before = before;
    this.#after = after;
    this.#runtimes = { before: localRuntime(before.gate, log), after: localRuntime(after.gate, log) };
    this.#times = times;
  }

  /** For each policy that denies the object only in the old gate: in which cluster, and from when on. */
  async of(located: LocatedReview): Promise<GateChange[]> {
    const { review, file, line } = located;
    const changes: GateChange[] = [];
    for (const [cluster, { settings }] of this.#before.clusters) {
      const other = this.#after.clusters.get(cluster)?.settings;
      const reported = new Set<string>();
      for (const [index, time] of other === undefined ? [] : this.#times.entries()) {
        if (other === undefined || (index > 0 && settings.at === undefined && other.at === undefined)) break;
        const old = await judgeReviewLocally(this.#runtimes.before, settings, review, time);
        if (old.result !== "denied") continue;
        const now = await judgeReviewLocally(this.#runtimes.after, other, review, time);
        const still = new Set(deniedBy(now));
        for (const policy of deniedBy(old)) {
          if (still.has(policy) || reported.has(policy)) continue;
          reported.add(policy);
          changes.push({
            result: "loosened",
            kind: "object",
            policy,
            clusters: [cluster],
            subject: `${objectText(review)} ${file}:${line}`,
            from: "denied",
            to: outcomeOf(now, policy),
            ...(index === 0 ? {} : { sinceMs: time }),
          });
        }
      }
    }
    return changes;
  }
}

function deniedBy({ result, policies }: LocalVerdict): string[] {
  if (result !== "denied") return [];
  const names = policies
    .filter(({ findings }) => findings.some(({ effect }) => effect === "deny"))
    .map((it) => it.policy);
  return names.length === 0 ? [GATE_RULE] : names;
}

/** What became of the denial of a policy. */
function outcomeOf({ result, policies }: LocalVerdict, name: string): string {
  const asked = policies.find(({ policy }) => policy === name);
  if (asked === undefined) return result === "not judged" ? "not judged" : "not asked";
  const [first] = asked.findings;
  return first === undefined ? "no finding" : first.effect;
}
