import * as z from "zod/mini";
import type { Hook } from "./Hook.ts";

/** What the sync was about with a target: writing, not confirmed yet, or waiting for roots to be unused. */
export type Phase = "widening" | "switching" | "narrowing" | "soaking";

/** What the sync remembers of a target, all of it in the target's own annotations. */
export interface TargetState {
  readonly phase?: Phase;
  /** When the phase began. In milliseconds since 1970, as all times here. */
  readonly since?: number;
  /** What was there before an unconfirmed write. */
  readonly snapshot?: readonly Hook[];
  /** Of the bundle that was written last: `sha256:HEX`, or `system`. */
  readonly bundleHash?: string;
  /** Where the gate was said to be, in the last write. */
  readonly base?: string;
  /** Since when each root that is not asked for has been unused, by SHA-256 of the certificate. */
  readonly unusedSince?: Readonly<Record<string, number>>;
  /** How often somebody else changed what was written, and when that was first seen. */
  readonly reverted?: { readonly times: number; readonly since: number };
  /** The last announcement that was gone by. */
  readonly announcement?: AnnouncementMark;
  /** Which webhooks were let be ignored, and since when. */
  readonly brokenGlass?: { readonly since: number; readonly webhooks: readonly string[] };
}

/** Whether something was written that nobody knows to carry yet. */
export function isUnconfirmed({ phase }: TargetState): boolean {
  return phase !== undefined && phase !== "soaking";
}

/** What is remembered of an announcement: its number, and `sha256:HEX` of what it said. */
export interface AnnouncementMark {
  readonly seq: number;
  readonly hash: string;
}

/** The prefix of all annotations that the sync writes; it writes no others. */
export const STATE_PREFIX = "postern.dev/sync-";

const timeSchema = z.pipe(
  z.string().check(
    z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/),
    // A month 13 has the form of a time, and is none.
    z.refine((text) => !Number.isNaN(Date.parse(text))),
  ),
  z.transform((text) => Date.parse(text)),
);
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
const revertedSchema = z.strictObject({ times: z.int().check(z.positive()), since: timeSchema });
const brokenGlassSchema = z.strictObject({ since: timeSchema, webhooks: z.array(z.string()) });

/** Reads the state out of annotations. What cannot be read, because somebody wrote it by hand, counts as not there. */
export function readState(annotations: Readonly<Record<string, unknown>>): TargetState {
  const text = (key: string): string | undefined => {
    const value = annotations[`${STATE_PREFIX}${key}`];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const read = <T>(schema: z.ZodMiniType<T>, value: unknown): T | undefined => {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  };
  const state = {
    phase: read(phaseSchema, text("phase")),
    since: read(timeSchema, text("since")),
    snapshot: hooksOf(read(snapshotSchema, json(text("snapshot")))),
    bundleHash: text("bundle-hash"),
    base: text("url"),
    unusedSince: read(unusedSchema, json(text("unused-since"))),
    reverted: read(revertedSchema, json(text("reverted"))),
    announcement: read(markSchema, text("announcement")),
    brokenGlass: read(brokenGlassSchema, json(text("broken-glass"))),
  };
  return withoutUndefined(state);
}

/** The annotations that hold a state. */
export function stateAnnotations(state: TargetState): Record<string, string> {
  const { phase, since, snapshot, bundleHash, base, unusedSince = {}, reverted, announcement, brokenGlass } = state;
  const unused = Object.entries(unusedSince).map(([root, at]) => [root, timeText(at)]);
  const texts: Readonly<Record<string, string | undefined>> = {
    phase,
    since: since === undefined ? undefined : timeText(since),
    snapshot: snapshot === undefined ? undefined : snapshotText(snapshot),
    "bundle-hash": bundleHash,
    url: base,
    "unused-since": unused.length === 0 ? undefined : JSON.stringify(Object.fromEntries(unused)),
    reverted: reverted === undefined ? undefined : JSON.stringify({ ...reverted, since: timeText(reverted.since) }),
    announcement: announcement === undefined ? undefined : `${announcement.seq} ${announcement.hash}`,
    "broken-glass":
      brokenGlass === undefined
        ? undefined
        : JSON.stringify({ since: timeText(brokenGlass.since), webhooks: brokenGlass.webhooks }),
  };
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, value]) => (value === undefined ? [] : [[`${STATE_PREFIX}${key}`, value]])),
  );
}

/** A state with each member that is there. */
export function withoutUndefined(
  state: { readonly [K in keyof TargetState]: TargetState[K] | undefined },
): TargetState {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}

/**
 * All annotations of an object may have 256 KiB (`TotalAnnotationSizeLimitB`, k8s.io/apimachinery); 32 KiB are for the
 * others. In bytes.
 */
const SNAPSHOT_BYTES = 224 * 1024;

/** Of more than there is room for, none: what cannot be taken back is still better than what cannot be written at all. */
function snapshotText(hooks: readonly Hook[]): string | undefined {
  const text = JSON.stringify(packed(hooks));
  return Buffer.byteLength(text) > SNAPSHOT_BYTES ? undefined : text;
}

/** Webhooks mostly share one bundle, and one of all public roots has 220 KB. */
function packed(hooks: readonly Hook[]): z.infer<typeof snapshotSchema> {
  const bundles = [...new Set(hooks.map(({ bundle }) => bundle))];
  return { bundles, hooks: hooks.map(({ name, url, bundle }) => ({ name, url, bundle: bundles.indexOf(bundle) })) };
}

function hooksOf(snapshot: z.infer<typeof snapshotSchema> | undefined): Hook[] | undefined {
  return snapshot?.hooks.map(({ name, url, bundle }) => ({ name, url, bundle: snapshot.bundles[bundle] ?? "" }));
}

function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
