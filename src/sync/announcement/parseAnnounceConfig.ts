import { parse } from "yaml";
import * as z from "zod/mini";
import { faultFromIssue } from "../../protocol/faultFromIssue.ts";
import { providerSchema, secretSchema } from "../providers/providerSettings.ts";
import { readDuration } from "../readDuration.ts";
import { SyncError } from "../SyncError.ts";
import { clusterScope, LIFETIME } from "./Announcement.ts";

const lifetime = z.pipe(
  z.string().check(
    z.refine((text) => {
      const milliseconds = readDuration(text) ?? 0;
      return milliseconds >= 60_000 && milliseconds <= LIFETIME * 1000;
    }, "expected a duration from 1m to 1h"),
  ),
  z.transform((text) => (readDuration(text) ?? 0) / 1000),
);
const publishSchema = z
  .strictObject({
    /** A path, replaced in one step. */
    file: z.optional(z.string()),
    /** A key of a Workers KV namespace, which the gate's Worker reads. */
    cloudflareKv: z.optional(
      z.strictObject({
        account: z.string().check(z.regex(/^[0-9a-f]{32}$/, "expected an id of 32 hex digits")),
        namespace: z.string().check(z.regex(/^[0-9a-f]{32}$/, "expected an id of 32 hex digits")),
        /** Default: the gate's name, which is where the Worker looks. */
        key: z.optional(z.string()),
        token: secretSchema,
        api: z._default(
          z.string().check(z.regex(/^https?:\/\/[^\s?#@]+$/, "expected an http or https URL")),
          "https://api.cloudflare.com/client/v4",
        ),
      }),
    ),
    /** Standard output, for whatever stands behind a pipe. */
    stdout: z.optional(z.literal(true)),
  })
  .check(z.refine((it) => Object.keys(it).length === 1, "expected exactly one of file, cloudflareKv and stdout"));

const configSchema = z.strictObject({
  gate: z.string().check(z.regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, "expected a DNS label")),
  clusters: z._default(clusterScope, ["*"]),
  provider: providerSchema,
  /** Instead of what the provider says, or where it says none. */
  url: z.optional(z.string()),
  /** A file with a private Ed25519 JWK. */
  key: z.string(),
  publish: publishSchema,
  lifetime: z._default(lifetime, LIFETIME),
  /** For each call. */
  timeout: z._default(
    z.pipe(
      z.string().check(z.refine((text) => readDuration(text) !== undefined, "expected a duration such as 10s")),
      z.transform((text) => readDuration(text) ?? 0),
    ),
    10_000,
  ),
});

/** All that `postern announce` is told. `lifetime` in seconds, `timeout` in milliseconds. */
export type AnnounceConfig = z.infer<typeof configSchema>;
/** Where an announcement is published. */
export type PublishSettings = AnnounceConfig["publish"];

/** Reads the config of `postern announce` (YAML). Throws {@link SyncError} `bad-config`, naming the member and what was expected. */
export function parseAnnounceConfig(name: string, text: string): AnnounceConfig {
  const fail = (fault: string, cause?: unknown): never => {
    throw new SyncError("bad-config", `${name}: ${fault}`, cause);
  };
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    return fail(`is no YAML: ${error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : ""}`, error);
  }
  const parsed = configSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue === undefined) return fail("cannot be read");
  const { path, expected } = faultFromIssue(issue);
  const known =
    issue.code === "unrecognized_keys" && issue.path.length === 0
      ? `; known are ${Object.keys(configSchema.shape).join(", ")}`
      : "";
  return fail(`${path === "(body)" ? "" : `${path}: `}${expected}${known}`);
}
