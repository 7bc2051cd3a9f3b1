import * as z from "zod/mini";
import { rootNameSchema } from "../Announcement.ts";
import { announcedUrlFault } from "../announcedUrlFault.ts";

/** The source of a secret: an environment variable, or a file in one of the folders for tokens. See `readTokenFile`. */
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
/** The origin of Cloudflare's API. */
export const CLOUDFLARE_ORIGIN = "https://api.cloudflare.com";
/** Another API address, for tests and proxies. Credentials are sent to listed origins only; see `assertListed`. */
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
  api: z._default(address, `${CLOUDFLARE_ORIGIN}/client/v4`),
});
const aws = z.strictObject({
  /** Part of the host of each call, which is signed with the credentials. */
  region: z.string().check(z.regex(/^[a-z]{2,9}(?:-[a-z0-9]{1,12}){1,5}$/, "expected a region, such as eu-central-1")),
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
