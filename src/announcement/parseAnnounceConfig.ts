import * as z from "zod/mini";
import { dnsLabelSchema } from "../config/dnsLabelSchema.ts";
import { durationSchema, timeLimitSchema } from "../config/durationSchema.ts";
import { readYaml } from "../config/readYaml.ts";
import { clusterScope, LIFETIME } from "./Announcement.ts";
import { providerSchema, secretSchema } from "./providers/providerSettings.ts";

const lifetime = z.pipe(
  durationSchema.check(
    z.refine((time) => time >= 60_000 && time <= LIFETIME * 1000, "expected a duration from 1m to 1h"),
  ),
  z.transform((time) => time / 1000),
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
  gate: dnsLabelSchema,
  clusters: z._default(clusterScope, ["*"]),
  provider: providerSchema,
  /** Instead of what the provider says, or where it says none. */
  url: z.optional(z.string()),
  /** A file with a private Ed25519 JWK. */
  key: z.string(),
  publish: publishSchema,
  lifetime: z._default(lifetime, LIFETIME),
  /** For each call. */
  timeout: z._default(timeLimitSchema, 10_000),
});

/** All that `postern announce` is told. `lifetime` in seconds, `timeout` in milliseconds. */
export type AnnounceConfig = z.infer<typeof configSchema>;
/** Where an announcement is published. */
export type PublishSettings = AnnounceConfig["publish"];

/** Reads the config of `postern announce` (YAML). Throws ConfigError `bad-config`, naming the member and what was expected. */
export function parseAnnounceConfig(name: string, text: string): AnnounceConfig {
  return readYaml(name, text, configSchema, { "": Object.keys(configSchema.shape) });
}
