import { type Announcement, contentHash, MAX_LIFETIME_SECONDS } from "../../announcement/Announcement.ts";
import { fetchAnnouncement } from "../../announcement/fetchAnnouncement.ts";
import { readAnnouncement } from "../../announcement/readAnnouncement.ts";
import type { CallHttp } from "../../http/callHttp.ts";
import { HttpCallError } from "../../http/HttpCallError.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import type { AnnouncementMark } from "../target/TargetState.ts";
import { freezeRemoval, type NextTerms, withNextGoal } from "./NextGoal.ts";
import type { NextSource, SyncGoal } from "./SyncConfig.ts";

/**
 * Returns the goal with the announced URL, and with the announced roots in addition to those of the config. An announcement
 * for other clusters leaves the goal unchanged. A missing or invalid announcement freezes it; see `SyncGoal.frozen`. Never
 * refuses.
 */
export async function goalFromAnnouncement(
  source: Extract<NextSource, { kind: "announcement" }>,
  goal: SyncGoal,
  targets: readonly SyncTarget[],
  { call, hosts, now, timeoutMs }: NextTerms & { readonly call: CallHttp },
): Promise<SyncGoal> {
  const about = new URL(source.url).origin;
  const text = await fetchAnnouncement(source.url, call, timeoutMs).catch((error: unknown) => fetchFault(error));
  if (typeof text !== "string")
    return freezeRemoval(goal, { code: "announcement-unavailable", about, message: text.fault });
  const read = await readAnnouncement(text, source.publicKey, { gate: goal.gate, hosts, now: now() });
  if (!read.ok) return freezeRemoval(goal, { about, ...read.fault });
  const { announcement } = read;
  const mark = { seq: announcement.seq, hash: contentHash(announcement) };
  const known = targets
    .flatMap(({ isCanary, state }) => (isCanary ? [] : (state.announcement ?? [])))
    .filter((it) => canBeReplayed(it, announcement));
  const newest = Math.max(0, ...known.map(({ seq }) => seq));
  if (mark.seq < newest) {
    const message = `it has the number ${mark.seq}, and this cluster already followed number ${newest}`;
    return freezeRemoval(goal, { code: "announcement-replayed", about, message });
  }
  if (known.some(({ seq, hash }) => seq === mark.seq && hash !== mark.hash)) {
    const message = `its content differs from the announcement followed under the same number ${mark.seq}`;
    return freezeRemoval(goal, { code: "announcement-forged", about, message });
  }
  const followed = { ...goal, announced: mark };
  const isForCluster = announcement.clusters.some((name) => name === "*" || name === goal.cluster);
  return isForCluster ? withNextGoal(followed, targets, { ...announcement, about }) : followed;
}

/** Numbers below are counters, of another program than `postern announce`. In seconds since 1970: the year 2001. */
const FIRST_TIME = 1_000_000_000;

/**
 * Whether an announcement can be a replay of one before the remembered one. Numbers are times, and an announcement is valid
 * for an hour, so what was signed more than an hour after the remembered number is the signer's last word. Without this, a
 * forged number would keep the cluster from following announcements for good.
 */
function canBeReplayed({ seq }: AnnouncementMark, { iat }: Announcement): boolean {
  return seq < FIRST_TIME || iat <= seq + MAX_LIFETIME_SECONDS;
}

function fetchFault(error: unknown): { readonly fault: string } {
  return { fault: error instanceof HttpCallError ? error.message : "it cannot be fetched" };
}
