import * as z from "zod/mini";
import { rootName } from "../Announcement.ts";
import { announcedUrlFault } from "../announcedUrlFault.ts";

/** Where a secret is read when it is needed: an environment variable, or a file beside the config. */
export const secretSchema = z.union([z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() })]);
/** See {@link secretSchema}. */
export type SecretSource = z.infer<typeof secretSchema>;

const hex32 = z.string().check(z.regex(/^[0-9a-f]{32}$/, "expected an id of 32 hex digits"));
const hostname = z
  .string()
  .check(
    z.regex(
      /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)+$/,
      "expected a host's name",
    ),
  );
const plainUrl = z
  .string()
  .check(z.refine((url) => announcedUrlFault(url) === undefined, "expected https://HOST[/BASE]"));
/** For tests, and for whoever goes through a proxy of their own. */
const address = z.string().check(z.regex(/^https?:\/\/[^\s?#@]+$/, "expected an http or https URL"));
const extraRoots = z._default(z.array(rootName), []);

const cloudflare = z.strictObject({
  zone: hex32,
  /** With `worker`: whose custom domain the gate's URL is. */
  account: z.optional(hex32),
  worker: z.optional(z.string()),
  /** Which of its domains, or which host's certificates where there is no Worker. */
  hostname: z.optional(hostname),
  token: secretSchema,
  /** Roots of certificates that were uploaded, and any others to be held. */
  roots: extraRoots,
  api: z._default(address, "https://api.cloudflare.com/client/v4"),
});
const aws = z.strictObject({
  region: z.string(),
  /** ARN of an ACM certificate. */
  certificate: z.optional(z.string().check(z.startsWith("arn:"))),
  /** A Lambda function whose function URL is the gate's. */
  function: z.optional(z.string()),
  qualifier: z.optional(z.string()),
  /** A custom domain of API Gateway (HTTP APIs), whose certificates are asked for too. */
  domain: z.optional(hostname),
  /** Roots of certificates that were imported, or that a private CA issued. */
  roots: extraRoots,
  endpoint: z.optional(address),
});
const acme = z.strictObject({
  directory: address,
  /** Where the certificate is served, and so the gate. */
  url: plainUrl,
  /** The CA's roots. */
  roots: z.array(rootName).check(z.minLength(1)),
  /** A file of PEM, where the CA's own server is not behind a public one. */
  ca: z.optional(z.string()),
});
const fixed = z.strictObject({ url: plainUrl, roots: z.array(rootName) });

/** How a provider is asked: exactly one of them. */
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
