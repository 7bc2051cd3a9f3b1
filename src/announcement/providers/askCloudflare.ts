import * as z from "zod/mini";
import { askJson } from "./askJson.ts";
import { type ProviderDeps, readSecret } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";
import type { ProviderReport } from "./ProviderReport.ts";
import type { SettingsOf } from "./providerSettings.ts";

/** Certificates that were uploaded name no CA (`type` of a pack). */
const UPLOADED: readonly string[] = ["mh_custom", "sni_custom", "legacy_custom", "keyless"];
/** Packs that are served no more, or never will be (`status` of a pack). All others count, pending and backup included. */
const OVER: readonly string[] = [
  "deleted",
  "expired",
  "initializing_timed_out",
  "validation_timed_out",
  "issuance_timed_out",
];
/** `certificate_authority` of a pack, and the catalogue that has its roots. */
const CATALOGUES: Readonly<Record<string, string>> = {
  google: "google",
  lets_encrypt: "letsencrypt",
  ssl_com: "sslcom",
  sectigo: "sectigo",
};
/** Pages of 50; a zone has a few packs. */
const PAGES = 20;

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

/** The form of every list (https://developers.cloudflare.com/api): `success` may be false with a status of 200. */
const listSchema = <T>(item: z.ZodMiniType<T>) =>
  z.object({
    success: z.literal(true),
    result: z.array(item),
    result_info: z.nullish(z.object({ total_pages: z.nullish(z.number()) })),
  });

/**
 * Asks Cloudflare for a zone's certificate packs of every status, and for the custom domain of a Worker. A Universal
 * certificate may change its CA without notice, so that one leads to all of Cloudflare's; an ordered one to its own CA's.
 * Source: GET /zones/ZONE/ssl/certificate_packs (right: SSL and Certificates Read) and GET /accounts/ACCOUNT/workers/domains
 * (right: Workers Scripts Read). Throws {@link ProviderError}.
 */
export async function askCloudflare(settings: SettingsOf<"cloudflare">, deps: ProviderDeps): Promise<ProviderReport> {
  const { zone, roots: extra } = settings;
  const headers = { authorization: `Bearer ${await readSecret(settings.token, deps)}`, accept: "application/json" };
  const list = <T>(path: string, query: Readonly<Record<string, string>>, item: z.ZodMiniType<T>): Promise<T[]> =>
    listAll(`${settings.api}${path}`, query, item, headers, deps);
  const hostname = await hostOf(settings, list);
  const all = await list(`/zones/${zone}/ssl/certificate_packs`, { status: "all" }, packSchema);
  const packs = all.filter((pack) => !OVER.includes(pack.status) && (hostname === undefined || covers(pack, hostname)));
  if (packs.length === 0)
    throw new ProviderError(
      "not-found",
      `the zone ${zone} has no certificate ${hostname === undefined ? "" : `for ${hostname} `}that is served or to come`,
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
      ({ type, status, certificate_authority: ca }) =>
        `${type} certificate of ${ca ?? "a CA that is not named"} is ${status}`,
    ),
  };
}

async function listAll<T>(
  url: string,
  query: Readonly<Record<string, string>>,
  item: z.ZodMiniType<T>,
  headers: Readonly<Record<string, string>>,
  deps: ProviderDeps,
): Promise<T[]> {
  const found: T[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const search = new URLSearchParams({ ...query, page: String(page), per_page: "50" });
    const { data } = await askJson({ url: `${url}?${search}`, headers }, listSchema(item), deps);
    found.push(...data.result);
    if (page >= (data.result_info?.total_pages ?? 1)) return found;
  }
  throw new ProviderError("bad-answer", `${new URL(url).host} has more than ${PAGES} pages of what was asked for`);
}

type Lister = <T>(path: string, query: Readonly<Record<string, string>>, item: z.ZodMiniType<T>) => Promise<T[]>;

/** The host that the gate is served at: of the Worker's domains in this zone the one that is named, or the only one. */
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
      `the Worker ${worker} has several domains: ${hosts.join(", ")}; say which one, as cloudflare.hostname`,
    );
  return first;
}

/** A name stands for itself, or for all names one label below (RFC 6125, section 6.4.3). */
function covers({ hosts }: Pack, hostname: string): boolean {
  return hosts.some((host) => host === hostname || host === `*.${hostname.slice(hostname.indexOf(".") + 1)}`);
}

function rootsOf({ type, certificate_authority: ca }: Pack, extra: readonly string[]): readonly string[] {
  if (type === "universal") return ["cloudflare"];
  if (ca === null || ca === undefined || UPLOADED.includes(type)) {
    if (extra.length > 0) return [];
    throw new ProviderError(
      "unknown-authority",
      `a certificate of type ${type} names no CA; name its roots, as cloudflare.roots`,
    );
  }
  const name = Object.hasOwn(CATALOGUES, ca) ? CATALOGUES[ca] : undefined;
  if (name !== undefined) return [name];
  throw new ProviderError(
    "unknown-authority",
    `no catalogue has the roots of ${ca}, whom a certificate of type ${type} is from`,
  );
}
