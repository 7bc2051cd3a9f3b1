import { createHash } from "node:crypto";
import type { LocatedReview } from "../../manifests/open/locateReview.ts";
import { objectText } from "../objectText.ts";
import type { ReportedFinding } from "./reportedFindings.ts";

/** Enough that two findings of a repository do not share one. */
const LENGTH = 32;

/**
 * Gives findings names that stay when lines move: of the file, the object, the policy and the place or the message. Equal
 * findings are counted, because a reader drops a second one of the same name. Each is remembered in 16 bytes or so.
 */
export class FindingFingerprints {
  readonly #counts = new Map<string, number>();

  of(path: string, { review }: Pick<LocatedReview, "review">, { policy, at, message }: ReportedFinding): string {
    return this.ofParts(path, review.kind.group, objectText(review), policy, at ?? message);
  }

  /** The name of something else that is reported, from the parts that identify it. */
  ofParts(...parts: readonly string[]): string {
    const text = JSON.stringify(parts.map((it) => it.toWellFormed()));
    const hash = createHash("sha256").update(text).digest("hex").slice(0, LENGTH);
    const count = this.#counts.get(hash) ?? 0;
    this.#counts.set(hash, count + 1);
    return count === 0 ? hash : createHash("sha256").update(`${hash} ${count}`).digest("hex").slice(0, LENGTH);
  }
}
