import * as z from "zod/mini";
import type { Hook } from "./Hook.ts";
import { writtenBase } from "./writtenBase.ts";

/** The phase of a target: an unconfirmed write, or waiting for roots to be unused. */
export type Phase = "widening" | "switching" | "narrowing" | "soaking";

/** What the sync remembers of a target. Stored in the annotations of the target. Times are in milliseconds since 1970. */
export interface TargetState {
  readonly phase?: Phase;
  /** Start of the phase. */
  readonly since?: number;
  /** The bundles and URLs before an unconfirmed write. */
  readonly snapshot?: readonly Hook[];
  /** Hash of the bundle of the last write: `sha256:HEX`, or `system`. */
  readonly bundleHash?: string;
  /** Base URL of the last write. As read, it has the form of {@link writtenBase}. */
  readonly base?: string;
  /** Since when each unwanted root has been unused, by SHA-256 fingerprint. */
  readonly unusedSince?: Readonly<Record<string, number>>;
  /** Since when each root is seen that nobody asked for (`unasked-root`), by SHA-256 fingerprint. */
  readonly unaskedSince?: Readonly<Record<string, number>>;
  /** How often another writer changed the written values, and when that was first seen. */
  readonly reverted?: { readonly times: number; readonly since: number };
  /** The last announcement that was followed. */
  readonly announcement?: AnnouncementMark;
  /** The webhooks that the sync lets fail open, and since when. */
  readonly failingOpen?: { readonly since: number; readonly webhooks: readonly string[] };
}

/** Whether the last write is not confirmed yet. */
export function isUnconfirmed({ phase }: TargetState): boolean {
  return phase !== undefined && phase !== "soaking";
}

/** Identifies an announcement: its number, and `sha256:HEX` of its content. */
export interface AnnouncementMark {
  readonly seq: number;
  readonly hash: string;
}

/** The prefix of all annotations that the sync writes. It writes no others. */
export const STATE_PREFIX = "postern.dev/sync-";

/** As for an announced URL. In characters. */
const MAX_URL_LENGTH = 1_024;
/** The sync stops counting there (`fight`). */
export const MAX_REVERTS = 2;

const timeSchema = z.pipe(
  z.string().check(
    z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/),
    // The pattern accepts a month 13.
    z.refine((text) => !Number.isNaN(Date.parse(text))),
  ),
  z.transform((text) => Date.parse(text)),
);
const hashSchema = z.string().check(z.regex(/^(?:system|sha256:[0-9a-f]{64})$/));
const urlSchema = z.string().check(z.maxLength(MAX_URL_LENGTH), z.startsWith("https://"));
const snapshotSchema = z.strictObject({
  bundles: z.array(z.string()),
  hooks: z.array(z.strictObject({ name: z.string(), url: z.string(), bundle: z.int().check(z.nonnegative()) })),
});
const phaseSchema = z.enum(["widening", "switching", "narrowing", "soaking"]);
const unusedSchema = z.record(z.string().check(z.regex(/^[0-9a-f]{64}$/)), timeSchema);
const markSchema = z.pipe(
  z.string().check(z.regex(/^[1-9]\d{0,15} sha256:[0-9a-f]{64}$/)),
  z.transform((text): AnnouncementMark => {
    const [seq, hash = ""] = text.split(" ");
    return { seq: Number(seq), hash };
  }),
);
const revertedSchema = z.strictObject({
  times: z.int().check(z.minimum(1), z.maximum(MAX_REVERTS)),
  since: timeSchema,
});
const failingOpenSchema = z.strictObject({ since: timeSchema, webhooks: z.array(z.string()) });

/**
 * Reads the state from annotations. Ignores values that the sync does not write: another form, or a time after `latest` (in
 * milliseconds since 1970). A number of an announcement is a time too, see `readAnnouncement`.
 */
export function readState(
  annotations: Readonly<Record<string, unknown>>,
  latest = Number.POSITIVE_INFINITY,
): TargetState {
  const text = (key: string): string | undefined => {
    const value = annotations[`${STATE_PREFIX}${key}`];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const read = <T>(schema: z.ZodMiniType<T>, value: unknown): T | undefined => {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  };
  const past = <T>(value: T | undefined, timesOf: (value: T) => readonly number[]): T | undefined =>
    value === undefined || timesOf(value).some((time) => time > latest) ? undefined : value;
  const since = ({ since: time }: { readonly since: number }): number[] => [time];
  const times = (key: string): Readonly<Record<string, number>> | undefined =>
    past(read(unusedSchema, parseJson(text(key))), Object.values);
  // Webhooks that fail open have to be closed again, whatever time is written there.
  const failingOpen = read(failingOpenSchema, parseJson(text("broken-glass")));
  const state = {
    phase: read(phaseSchema, text("phase")),
    since: past(read(timeSchema, text("since")), (time) => [time]),
    snapshot: unpackSnapshot(read(snapshotSchema, parseJson(text("snapshot")))),
    bundleHash: read(hashSchema, text("bundle-hash")),
    base: read(urlSchema, text("url")),
    unusedSince: times("unused-since"),
    unaskedSince: times("unasked"),
    reverted: past(read(revertedSchema, parseJson(text("reverted"))), since),
    announcement: past(read(markSchema, text("announcement")), ({ seq }) => [seq * 1_000]),
    failingOpen: failingOpen === undefined ? undefined : { ...failingOpen, since: Math.min(failingOpen.since, latest) },
  };
  return withoutUndefined(state);
}

/** Returns the annotations that store a state. */
export function stateAnnotations(state: TargetState): Record<string, string> {
  const { phase, since, snapshot, bundleHash, base, reverted, announcement, failingOpen } = state;
  const texts: Readonly<Record<string, string | undefined>> = {
    phase,
    since: since === undefined ? undefined : timeText(since),
    "bundle-hash": bundleHash,
    url: base === undefined ? undefined : writtenBase(base),
    "unused-since": timesText(state.unusedSince),
    unasked: timesText(state.unaskedSince),
    reverted: reverted === undefined ? undefined : JSON.stringify({ ...reverted, since: timeText(reverted.since) }),
    announcement: announcement === undefined ? undefined : `${announcement.seq} ${announcement.hash}`,
    "broken-glass":
      failingOpen === undefined
        ? undefined
        : JSON.stringify({ since: timeText(failingOpen.since), webhooks: failingOpen.webhooks }),
  };
  const left = MAX_STATE_BYTES - Object.values(texts).reduce((sum, text = "") => sum + Buffer.byteLength(text), 0);
  const all = { ...texts, snapshot: snapshot === undefined ? undefined : snapshotText(snapshot, left) };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[`${STATE_PREFIX}${key}`, value]])),
  );
}

/** Removes undefined members from a state. */
export function withoutUndefined(
  state: { readonly [K in keyof TargetState]: TargetState[K] | undefined },
): TargetState {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
}

function timesText(times: Readonly<Record<string, number>> = {}): string | undefined {
  const texts = Object.entries(times).map(([root, at]) => [root, timeText(at)]);
  return texts.length === 0 ? undefined : JSON.stringify(Object.fromEntries(texts));
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}

/**
 * The annotations of an object may have 256 KiB (`TotalAnnotationSizeLimitB`, k8s.io/apimachinery). 32 KiB are left for
 * other annotations.
 */
const MAX_STATE_BYTES = 224 * 1024;

/** Omits a snapshot that is too large. A write without a way back is better than no write. */
function snapshotText(hooks: readonly Hook[], maxBytes: number): string | undefined {
  const text = JSON.stringify(packSnapshot(hooks));
  return Buffer.byteLength(text) > maxBytes ? undefined : text;
}

/** Stores each bundle once. Webhooks usually share one bundle, and a bundle of all public roots has 220 KB. */
function packSnapshot(hooks: readonly Hook[]): z.infer<typeof snapshotSchema> {
  const bundles = [...new Set(hooks.map(({ bundle }) => bundle))];
  return { bundles, hooks: hooks.map(({ name, url, bundle }) => ({ name, url, bundle: bundles.indexOf(bundle) })) };
}

function unpackSnapshot(snapshot: z.infer<typeof snapshotSchema> | undefined): Hook[] | undefined {
  return snapshot?.hooks.map(({ name, url, bundle }) => ({ name, url, bundle: snapshot.bundles[bundle] ?? "" }));
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
