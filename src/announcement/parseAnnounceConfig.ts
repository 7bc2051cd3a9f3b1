import * as z from "zod/mini";
import { dnsLabelSchema } from "../config/dnsLabelSchema.ts";
import { durationSchema, timeLimitSchema } from "../config/durationSchema.ts";
import { readYaml } from "../config/readYaml.ts";
import { clusterScopeSchema, MAX_LIFETIME_SECONDS } from "./Announcement.ts";
import { CLOUDFLARE_ORIGIN, providerSchema, secretSchema } from "./providers/providerSettings.ts";

/** Read as seconds. */
const lifetimeSchema = z.pipe(
  durationSchema.check(
    z.refine((time) => time >= 60_000 && time <= MAX_LIFETIME_SECONDS * 1000, "expected a duration from 1m to 1h"),
  ),
  z.transform((time) => time / 1000),
);
const publishSchema = z
  .strictObject({
    /** A path. The file is replaced atomically. */
    file: z.optional(z.string()),
    /** A key in a Workers KV namespace, which the gate's Worker reads. */
    cloudflareKv: z.optional(
      z.strictObject({
        account: z.string().check(z.regex(/^[0-9a-f]{32}$/, "expected an id of 32 hex digits")),
        namespace: z.string().check(z.regex(/^[0-9a-f]{32}$/, "expected an id of 32 hex digits")),
        /** Default: the gate's name, which is the key that the Worker reads. */
        key: z.optional(z.string()),
        token: secretSchema,
        api: z._default(
          z.string().check(z.regex(/^https?:\/\/[^\s?#@]+$/, "expected an http or https URL")),
          `${CLOUDFLARE_ORIGIN}/client/v4`,
        ),
      }),
    ),
    /** Standard output, for a pipe. */
    stdout: z.optional(z.literal(true)),
  })
  .check(z.refine((it) => Object.keys(it).length === 1, "expected exactly one of file, cloudflareKv and stdout"));

const configSchema = z.strictObject({
  gate: dnsLabelSchema,
  clusters: z._default(clusterScopeSchema, ["*"]),
  provider: providerSchema,
  /** Overrides the provider's URL. Required when the provider does not name one. */
  url: z.optional(z.string()),
  /** A file with a private Ed25519 JWK. */
  key: z.string(),
  publish: publishSchema,
  lifetime: z._default(lifetimeSchema, MAX_LIFETIME_SECONDS),
  /** Time limit of each call. */
  timeout: z._default(timeLimitSchema, 10_000),
});

/** The parsed config of `postern announce`. */
export type AnnounceConfig = Omit<z.infer<typeof configSchema>, "lifetime" | "timeout"> & {
  readonly lifetimeSeconds: number;
  /** Time limit of each call. */
  readonly timeoutMs: number;
};
/** Where an announcement is published: exactly one place. */
export type PublishSettings = AnnounceConfig["publish"];

/** Parses the config of `postern announce` (YAML). Throws ConfigError `bad-config` with the member and the expected value. */
export function parseAnnounceConfig(name: string, text: string): AnnounceConfig {
  const { lifetime, timeout, ...rest } = readYaml(name, text, configSchema, {
    "": Object.keys(configSchema.shape),
  });
  return { ...rest, lifetimeSeconds: lifetime, timeoutMs: timeout };
}
