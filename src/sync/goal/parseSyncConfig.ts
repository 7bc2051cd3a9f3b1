import * as z from "zod/mini";
import { announcedUrlFault } from "../../announcement/announcedUrlFault.ts";
import { providerSchema } from "../../announcement/providers/providerSettings.ts";
import { ConfigError } from "../../config/ConfigError.ts";
import { dnsLabelSchema } from "../../config/dnsLabelSchema.ts";
import { durationSchema, timeLimitSchema, timerSchema } from "../../config/durationSchema.ts";
import { readYaml } from "../../config/readYaml.ts";
import { Host } from "../../protocol/Host.ts";
import { withoutTrailing } from "../../protocol/withoutTrailing.ts";
import { parseBundle } from "../../trust/bundle.ts";
import { catalogue, isCatalogueName } from "../../trust/roots/catalogue.ts";
import { TrustError } from "../../trust/TrustError.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { NextSource, SyncConfig, SyncTimeouts, TrustGoal } from "./SyncConfig.ts";

/** A host in the spelling of WHATWG URLs: lower case, IPv6 in brackets. The ConfigMap's `hosts` list has no brackets. */
const host = z.pipe(
  z.string().check(z.refine((text) => hostOf(text) !== undefined, "expected only a host, such as gate.example.com")),
  z.transform((text) => hostOf(text) ?? ""),
);
const publicKey = z.strictObject({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string().check(z.regex(/^[\w-]{43}$/, "expected the 43 characters of a public Ed25519 key")),
  kid: z.optional(z.string()),
  alg: z.optional(z.string()),
  use: z.optional(z.string()),
});
const configSchema = z.strictObject({
  gate: dnsLabelSchema,
  cluster: dnsLabelSchema,
  url: z.optional(z.string()),
  trust: z.discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("pin"), roots: z.array(z.string()).check(z.minLength(1)) }),
    z.strictObject({ mode: z.literal("system") }),
  ]),
  selfTest: z.strictObject({ publicKey }),
  announcement: z.optional(z.strictObject({ url: z.string(), publicKey })),
  provider: z.optional(providerSchema),
  capability: z.optional(
    z.strictObject({
      tokenFile: z.string(),
      url: z.optional(z.string()),
      grace: z._default(durationSchema, 7 * 86_400_000),
    }),
  ),
  soak: z._default(durationSchema, 24 * 3_600_000),
  interval: z._default(timerSchema.check(z.refine((time) => time >= 1_000, "expected at least 1s")), 300_000),
  jitter: z.optional(timerSchema),
  load: z.optional(
    z.union(
      [
        z.literal("api-server"),
        z.strictObject({ requestsPerSecond: z.number().check(z.nonnegative()), latency: durationSchema }),
      ],
      "expected api-server, or requestsPerSecond and latency, as in { requestsPerSecond: 50, latency: 20ms }",
    ),
  ),
  breakGlass: z._default(z.boolean(), false),
  breakGlassAfter: z._default(timerSchema, 30_000),
  hosts: z.array(host).check(z.minLength(1)),
  timeouts: z._default(
    z.strictObject({
      handshake: z._default(timeLimitSchema, 5_000),
      probe: z._default(timeLimitSchema, 20_000),
      canary: z._default(timeLimitSchema, 10_000),
      lease: z._default(timeLimitSchema, 60_000),
      next: z._default(timeLimitSchema, 10_000),
    }),
    { handshake: 5_000, probe: 20_000, canary: 10_000, lease: 60_000, next: 10_000 },
  ),
});
type ParsedConfig = z.infer<typeof configSchema>;

/** Spreads 3,000 clusters to 50 runs a second, and leaves a CronJob's run three of its four minutes. */
const DEFAULT_JITTER_MS = 60_000;

/** The text of a config, and how to read the files that it names. */
export interface ConfigSource {
  /** File name, for messages. */
  readonly name: string;
  readonly text: string;
  /** Reads a PEM file of roots by its path in the config. */
  readonly readFile: (path: string) => Promise<string>;
}

/**
 * Parses the config of `postern sync` (YAML). Throws {@link ConfigError}: `bad-config` names the member and the expected
 * value, `unreadable-config` names a file of roots that cannot be read.
 */
export async function parseSyncConfig({ name, text, readFile }: ConfigSource): Promise<SyncConfig> {
  const fail = (fault: string, cause?: unknown): never => {
    throw new ConfigError("bad-config", `${name}: ${fault}`, cause);
  };
  const data = readYaml(name, text, configSchema, KNOWN_KEYS);
  const fault =
    urlFault("url", data.url, data) ??
    urlFault("capability.url", data.capability?.url, data) ??
    nextFault(data) ??
    breakGlassFault(data) ??
    jitterFault(data);
  if (fault !== undefined) return fail(fault);
  try {
    const { kty, crv, x } = data.selfTest.publicKey;
    return {
      goal: {
        gate: data.gate,
        cluster: data.cluster,
        url: data.url === undefined ? undefined : plainUrl(data.url),
        trust: await trustGoal(data.trust, readFile),
        soakMs: data.soak,
        breakGlassAfterMs: data.breakGlass ? data.breakGlassAfter : undefined,
        ...(data.capability === undefined ? {} : { capability: { token: undefined, graceMs: data.capability.grace } }),
      },
      publicKey: { kty, crv, x },
      timeouts: timeoutsOf(data.timeouts),
      hosts: data.hosts,
      catalogues: data.trust.mode === "pin" ? data.trust.roots.filter(isCatalogueName) : [],
      intervalMs: data.interval,
      jitterMs: data.jitter ?? Math.min(DEFAULT_JITTER_MS, data.interval / 2),
      load: loadOf(data.load),
      next: nextSource(data),
      ...capabilitySource(data),
    };
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(error.code, `${name}: ${error.message}`, error);
    if (error instanceof TrustError) return fail(`trust.roots: ${error.message}`, error);
    throw error;
  }
}

/** The known keys of each object, by path. Listed in the message about an unknown key. */
const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": Object.keys(configSchema.shape),
  trust: ["mode", "roots (with mode: pin)"],
  selfTest: ["publicKey"],
  "selfTest.publicKey": ["kty", "crv", "x", "kid", "alg", "use"],
  load: ["requestsPerSecond", "latency"],
  capability: ["tokenFile", "url", "grace"],
  announcement: ["url", "publicKey"],
  "announcement.publicKey": ["kty", "crv", "x", "kid", "alg", "use"],
  timeouts: ["handshake", "probe", "canary", "lease", "next"],
};

function urlFault(key: string, url: string | undefined, { hosts }: ParsedConfig): string | undefined {
  if (url === undefined) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== "https:") return `${key}: expected an https URL: the API server calls no other`;
  if (parsed.username !== "" || parsed.password !== "" || /[?#]/.test(url))
    return `${key}: expected no user name, query or fragment: the API server refuses them`;
  if (!hosts.includes(parsed.hostname)) return `${key}: its host ${parsed.hostname} is not among hosts`;
  const fault = announcedUrlFault(plainUrl(url));
  return fault === undefined ? undefined : `${key}: ${fault}`;
}

/** Normalizes a URL as registrations are read. Another spelling of the same URL would never be in step. */
function plainUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${withoutTrailing(pathname, "/")}`;
}

function hostOf(text: string): string | undefined {
  const url = `https://${new Host(text).inUrl}`;
  if (/[/?#@\\]/.test(text) || !URL.canParse(url)) return undefined;
  const { hostname, host } = new URL(url);
  return hostname === host ? hostname : undefined;
}

function nextFault({ announcement, provider }: ParsedConfig): string | undefined {
  if (announcement === undefined) return undefined;
  if (provider !== undefined)
    return "announcement and provider: expected only one of them: they can contradict each other";
  const parsed = URL.canParse(announcement.url) ? new URL(announcement.url) : undefined;
  return parsed?.protocol === "https:" && parsed.username === "" && parsed.password === ""
    ? undefined
    : "announcement.url: expected an https URL, such as https://gate.example.com/.well-known/postern";
}

function nextSource({ announcement, provider }: ParsedConfig): NextSource | undefined {
  if (provider !== undefined) return { kind: "provider", settings: provider };
  if (announcement === undefined) return undefined;
  const { kty, crv, x } = announcement.publicKey;
  return { kind: "announcement", url: announcement.url, publicKey: { kty, crv, x } };
}

function capabilitySource({ capability }: ParsedConfig): Pick<SyncConfig, "capability"> {
  if (capability === undefined) return {};
  const { tokenFile, url } = capability;
  return { capability: { tokenFile, url: url === undefined ? undefined : plainUrl(url) } };
}

function timeoutsOf({ handshake, probe, canary, lease, next }: ParsedConfig["timeouts"]): SyncTimeouts {
  return { handshakeMs: handshake, probeMs: probe, canaryMs: canary, leaseMs: lease, nextMs: next };
}

function loadOf(load: ParsedConfig["load"]): SyncConfig["load"] {
  if (load === undefined || load === "api-server") return load;
  return { requestsPerSecond: load.requestsPerSecond, latencyMs: load.latency };
}

/** A test longer than the Lease would lose it. */
function breakGlassFault({ breakGlass, breakGlassAfter, timeouts }: ParsedConfig): string | undefined {
  if (!breakGlass || breakGlassAfter + timeouts.canary < timeouts.lease) return undefined;
  return "breakGlassAfter: expected less than timeouts.lease minus timeouts.canary";
}

function jitterFault({ interval, jitter = 0 }: ParsedConfig): string | undefined {
  return jitter > interval / 2
    ? "jitter: expected at most half of interval: a delayed run must end before the next one"
    : undefined;
}

async function trustGoal(trust: ParsedConfig["trust"], readFile: ConfigSource["readFile"]): Promise<TrustGoal> {
  if (trust.mode === "system") return trust;
  const roots: Certificate[] = [];
  for (const root of trust.roots)
    if (/^[a-z0-9-]+$/.test(root)) roots.push(...catalogue(root));
    else {
      const text = await readFile(root).catch((error: unknown): never => {
        throw new ConfigError("unreadable-config", `trust.roots: ${root} cannot be read`, error);
      });
      roots.push(...parseBundle(text, root));
    }
  return { mode: "pin", roots };
}
