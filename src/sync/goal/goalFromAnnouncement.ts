import { contentHash } from "../../announcement/Announcement.ts";
import { fetchAnnouncement } from "../../announcement/fetchAnnouncement.ts";
import { readAnnouncement } from "../../announcement/readAnnouncement.ts";
import type { CallHttp } from "../../trust/probe/callHttp.ts";
import { HttpCallError } from "../../trust/probe/HttpCallError.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import { hold, type NextTerms, toward } from "./NextGoal.ts";
import type { NextSource, SyncGoal } from "./SyncConfig.ts";

/**
 * The goal with what was announced: the URL, and the roots beside those of the config. One that is not for this cluster
 * leaves the goal as it is. Any that cannot be had, or does not count, leaves everything as it is; see `SyncGoal.hold`.
 * Never rejects.
 */
export async function goalFromAnnouncement(
  source: Extract<NextSource, { kind: "announcement" }>,
  goal: SyncGoal,
  targets: readonly SyncTarget[],
  { call, hosts, now, timeout }: NextTerms & { readonly call: CallHttp },
): Promise<SyncGoal> {
  const about = new URL(source.url).origin;
  const text = await fetchAnnouncement(source.url, call, timeout).catch((error: unknown) => faultText(error));
  if (typeof text !== "string") return hold(goal, { code: "announcement-unavailable", about, message: text.fault });
  const read = await readAnnouncement(text, source.publicKey, { gate: goal.gate, hosts, now: now() });
  if (!read.ok) return hold(goal, { about, ...read.fault });
  const { announcement } = read;
  const mark = { seq: announcement.seq, hash: contentHash(announcement) };
  const known = targets.flatMap(({ isCanary, state }) => (isCanary ? [] : (state.announcement ?? [])));
  const newest = Math.max(0, ...known.map(({ seq }) => seq));
  if (mark.seq < newest) {
    const message = `it is the announcement ${mark.seq}, and ${newest} was heard here already`;
    return hold(goal, { code: "announcement-replayed", about, message });
  }
  if (known.some(({ seq, hash }) => seq === mark.seq && hash !== mark.hash)) {
    const message = `it says something else than what was heard under its number ${mark.seq}`;
    return hold(goal, { code: "announcement-forged", about, message });
  }
  const isForThisOne = announcement.clusters.some((name) => name === "*" || name === goal.cluster);
  return isForThisOne
    ? toward({ ...goal, announced: mark }, targets, { ...announcement, about })
    : { ...goal, announced: mark };
}

function faultText(error: unknown): { readonly fault: string } {
  return { fault: error instanceof HttpCallError ? error.message : "it cannot be asked for" };
}
