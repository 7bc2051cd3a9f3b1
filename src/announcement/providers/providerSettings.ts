import * as z from "zod/mini";
import { rootNameSchema } from "../Announcement.ts";
import { announcedUrlFault } from "../announcedUrlFault.ts";

/** The source of a secret: an environment variable, or a file relative to the config. */
export const secretSchema = z.union([z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() })]);
/** See {@link secretSchema}. */
export type SecretSource = z.infer<typeof secretSchema>;

const hex32 = z.string().check(z.regex(/^[0-9a-f]{32}$/, "expected an id of 32 hex digits"));
const hostname = z
  .string()
  .check(
    z.regex(
      /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)+$/,
      "expected a host name",
    ),
  );
const plainUrl = z
  .string()
  .check(z.refine((url) => announcedUrlFault(url) === undefined, "expected https://HOST[/BASE]"));
/** Another API address, for tests and proxies. */
const address = z.string().check(z.regex(/^https?:\/\/[^\s?#@]+$/, "expected an http or https URL"));
const extraRoots = z._default(z.array(rootNameSchema), []);

const cloudflare = z.strictObject({
  zone: hex32,
  /** Required with `worker`. */
  account: z.optional(hex32),
  /** The Worker whose custom domain is the gate's URL. */
  worker: z.optional(z.string()),
  /** One of the Worker's domains. Without `worker`: only certificates for this host count. */
  hostname: z.optional(hostname),
  token: secretSchema,
  /** Roots of uploaded certificates, and any further roots to announce. */
  roots: extraRoots,
  api: z._default(address, "https://api.cloudflare.com/client/v4"),
});
const aws = z.strictObject({
  region: z.string(),
  /** ARN of an ACM certificate. */
  certificate: z.optional(z.string().check(z.startsWith("arn:"))),
  /** The Lambda function whose function URL is the gate's URL. */
  function: z.optional(z.string()),
  qualifier: z.optional(z.string()),
  /** A custom domain of API Gateway (HTTP APIs). Its certificates are included. */
  domain: z.optional(hostname),
  /** Roots of imported certificates, or of a private CA. */
  roots: extraRoots,
  endpoint: z.optional(address),
});
const acme = z.strictObject({
  directory: address,
  /** Base URL of the gate, which serves the certificate. */
  url: plainUrl,
  /** The CA's roots. */
  roots: z.array(rootNameSchema).check(z.minLength(1)),
  /** A PEM file that authenticates the ACME server, if it has no public certificate. */
  ca: z.optional(z.string()),
});
const fixed = z.strictObject({ url: plainUrl, roots: z.array(rootNameSchema) });

/** The settings of a provider: exactly one. */
export const providerSchema = z
  .strictObject({
    cloudflare: z.optional(cloudflare),
    aws: z.optional(aws),
    acme: z.optional(acme),
    fixed: z.optional(fixed),
  })
  .check(z.refine((it) => Object.keys(it).length === 1, "expected exactly one of cloudflare, aws, acme and fixed"));

/** See {@link providerSchema}. */
export type ProviderSettings = z.infer<typeof providerSchema>;
/** The settings of one provider. */
export type SettingsOf<Name extends keyof ProviderSettings> = NonNullable<ProviderSettings[Name]>;
