import * as z from "zod/mini";
import { askJson } from "./askJson.ts";
import { assertListed } from "./listedOrigins.ts";
import type { ProviderDeps } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";
import type { ProviderReport } from "./ProviderReport.ts";
import { CLOUDFLARE_ORIGIN, type SettingsOf } from "./providerSettings.ts";
import { readSecret } from "./readSecret.ts";

/** Types of packs with uploaded certificates, which name no CA (`type`). */
const UPLOADED_TYPES: readonly string[] = ["mh_custom", "sni_custom", "legacy_custom", "keyless"];
/** Packs that are not served now or later (`status`). All others count, including pending and backup packs. */
const ENDED_STATUSES: readonly string[] = [
  "deleted",
  "expired",
  "initializing_timed_out",
  "validation_timed_out",
  "issuance_timed_out",
];
/** The catalogue of each `certificate_authority` of a pack. */
const CATALOGUES: Readonly<Record<string, string>> = {
  google: "google",
  lets_encrypt: "letsencrypt",
  ssl_com: "sslcom",
  sectigo: "sectigo",
};
/** With 50 entries a page. A zone has a few packs. */
const MAX_PAGES = 20;

const packSchema = z.object({
  status: z.string(),
  type: z.string(),
  hosts: z.array(z.string()),
  certificate_authority: z.nullish(z.string()),
  certificates: z.optional(
    z.nullable(
      z.array(
        z.object({ issuer: z.nullish(z.string()), expires_on: z.nullish(z.string()), status: z.nullish(z.string()) }),
      ),
    ),
  ),
});
type Pack = z.infer<typeof packSchema>;
const domainSchema = z.object({ hostname: z.string(), service: z.string(), zone_id: z.string() });

/** The form of every list (https://developers.cloudflare.com/api). `success` can be false with the status 200. */
const listSchema = <T>(item: z.ZodMiniType<T>) =>
  z.object({
    success: z.literal(true),
    result: z.array(item),
    result_info: z.nullish(z.object({ total_pages: z.nullish(z.number()) })),
  });

/**
 * Asks Cloudflare for the certificate packs of a zone, in every status, and for the custom domain of a Worker. A Universal
 * certificate can change its CA without notice, so it maps to the roots of all of Cloudflare's CAs. An ordered certificate
 * maps to the roots of its CA. Calls GET /zones/ZONE/ssl/certificate_packs (permission: SSL and Certificates Read) and GET
 * /accounts/ACCOUNT/workers/domains (permission: Workers Scripts Read). Throws {@link ProviderError}.
 */
export async function askCloudflare(settings: SettingsOf<"cloudflare">, deps: ProviderDeps): Promise<ProviderReport> {
  const { zone, roots: extra } = settings;
  assertListed(settings.api, { setting: "cloudflare.api", own: [CLOUDFLARE_ORIGIN], env: deps.env });
  const token = await readSecret(settings.token, settings.api, deps);
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
  const list: Lister = (path, query, item) => listAll({ url: `${settings.api}${path}`, query, headers }, item, deps);
  const hostname = await hostOf(settings, list);
  const all = await list(`/zones/${zone}/ssl/certificate_packs`, { status: "all" }, packSchema);
  const packs = all.filter(
    (pack) => !ENDED_STATUSES.includes(pack.status) && (hostname === undefined || covers(pack, hostname)),
  );
  if (packs.length === 0)
    throw new ProviderError(
      "not-found",
      `the zone ${zone} has no certificate ${hostname === undefined ? "" : `for ${hostname} `}that is served now or next`,
    );
  const roots = new Set([...packs.flatMap((pack) => rootsOf(pack, extra)), ...extra]);
  return {
    url: settings.worker === undefined ? undefined : `https://${hostname}`,
    roots: [...roots],
    certificates: packs.flatMap(({ certificates, certificate_authority, status, type }) =>
      (certificates?.length ? certificates : [{ issuer: null, expires_on: null }]).map(({ issuer, expires_on }) => ({
        issuer: issuer ?? certificate_authority ?? type,
        notAfter: expires_on ?? undefined,
        state: status,
      })),
    ),
    notes: packs.map(
      ({ type, status, certificate_authority: ca }) => `${type} certificate of ${ca ?? "an unnamed CA"} is ${status}`,
    ),
  };
}

interface ListCall {
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

async function listAll<T>({ url, query, headers }: ListCall, item: z.ZodMiniType<T>, deps: ProviderDeps): Promise<T[]> {
  const found: T[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const search = new URLSearchParams({ ...query, page: String(page), per_page: "50" });
    const { data } = await askJson({ url: `${url}?${search}`, headers }, listSchema(item), deps);
    found.push(...data.result);
    if (page >= (data.result_info?.total_pages ?? 1)) return found;
  }
  throw new ProviderError("bad-answer", `${new URL(url).host} has more than ${MAX_PAGES} pages of results`);
}

type Lister = <T>(path: string, query: Readonly<Record<string, string>>, item: z.ZodMiniType<T>) => Promise<T[]>;

/** The host of the gate: the named custom domain of the Worker in this zone, or the only one. */
async function hostOf(
  { account, worker, zone, hostname }: SettingsOf<"cloudflare">,
  list: Lister,
): Promise<string | undefined> {
  if (worker === undefined) return hostname;
  if (account === undefined) throw new ProviderError("refused", "cloudflare.worker needs cloudflare.account");
  const domains = await list(`/accounts/${account}/workers/domains`, { service: worker }, domainSchema);
  const hosts = domains.filter((it) => it.service === worker && it.zone_id === zone).map((it) => it.hostname);
  const [first] = hostname === undefined ? hosts : hosts.filter((host) => host === hostname);
  if (first === undefined)
    throw new ProviderError("not-found", `the Worker ${worker} has no domain ${hostname ?? ""} in the zone ${zone}`);
  if (hostname === undefined && hosts.length > 1)
    throw new ProviderError(
      "not-found",
      `the Worker ${worker} has several domains: ${hosts.join(", ")}; name one in cloudflare.hostname`,
    );
  return first;
}

/** A name covers itself, and a wildcard covers all names one label below (RFC 6125, section 6.4.3). */
function covers({ hosts }: Pack, hostname: string): boolean {
  return hosts.some((host) => host === hostname || host === `*.${hostname.slice(hostname.indexOf(".") + 1)}`);
}

function rootsOf({ type, certificate_authority: ca }: Pack, extra: readonly string[]): readonly string[] {
  if (type === "universal") return ["cloudflare"];
  if (ca === null || ca === undefined || UPLOADED_TYPES.includes(type)) {
    if (extra.length > 0) return [];
    throw new ProviderError(
      "unknown-authority",
      `a certificate of type ${type} names no CA; name its roots in cloudflare.roots`,
    );
  }
  const name = Object.hasOwn(CATALOGUES, ca) ? CATALOGUES[ca] : undefined;
  if (name !== undefined) return [name];
  throw new ProviderError(
    "unknown-authority",
    `no catalogue has the roots of ${ca}, the CA of a certificate of type ${type}`,
  );
}
