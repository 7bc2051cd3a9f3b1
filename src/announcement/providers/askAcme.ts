import * as z from "zod/mini";
import { servedChains } from "../../trust/EndpointView.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import { askJson, retryAfter } from "./askJson.ts";
import type { ProviderDeps } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";
import type { ProviderReport } from "./ProviderReport.ts";
import type { SettingsOf } from "./providerSettings.ts";

const directorySchema = z.object({ newOrder: z.url(), renewalInfo: z.optional(z.url()) });
/** RFC 9773, section 4.2. */
const renewalSchema = z.object({
  suggestedWindow: z.object({ start: z.iso.datetime({ offset: true }), end: z.iso.datetime({ offset: true }) }),
  explanationURL: z.optional(z.string()),
});

/**
 * An endpoint has a certificate for each kind of key. One that serves another at each address must not make a run that waits
 * for a slow CA again and again.
 */
const MAX_ASKED = 8;

/**
 * Asks an ACME CA when the served certificates should be renewed: renewalInfo (RFC 9773), for each certificate. No ACME CA
 * tells which roots come next, so the roots are those of the settings. A CA without renewalInfo adds a note. Throws
 * {@link ProviderError}.
 */
export async function askAcme(settings: SettingsOf<"acme">, deps: ProviderDeps): Promise<ProviderReport> {
  const { directory, url, roots } = settings;
  const ca = settings.ca === undefined ? {} : { ca: await readCa(settings.ca, deps) };
  const { data } = await askJson({ url: directory, ...ca }, directorySchema, deps);
  const leaves = await servedLeaves(url, deps);
  const report = {
    url,
    roots,
    certificates: leaves.map((leaf) => ({
      issuer: leaf.issuer.text,
      notAfter: leaf.notAfter.toISOString(),
      state: "served",
    })),
  };
  if (data.renewalInfo === undefined)
    return {
      ...report,
      notes: [`${new URL(directory).host} has no renewalInfo: the time of the renewal is not known`],
    };
  if (new URL(data.renewalInfo).origin !== new URL(directory).origin)
    return {
      ...report,
      notes: [`${new URL(directory).host} names a renewalInfo at another origin, which is not asked`],
    };
  const base = data.renewalInfo.replace(/\/$/, "");
  const starts: string[] = [];
  const notes: string[] = [];
  if (leaves.length > MAX_ASKED)
    notes.push(`${leaves.length - MAX_ASKED} of ${leaves.length} certificates are not asked for`);
  for (const leaf of leaves.slice(0, MAX_ASKED)) {
    const id = renewalId(leaf);
    if (id === undefined) {
      notes.push(`the certificate ${leaf.serial} has no authority key identifier, and so no renewalInfo`);
      continue;
    }
    const { data: info, header } = await askJson({ url: `${base}/${id}`, ...ca }, renewalSchema, deps);
    const { start, end } = info.suggestedWindow;
    starts.push(new Date(start).toISOString());
    const after = retryAfter(header("retry-after"));
    notes.push(
      `renewal is suggested from ${start} to ${end}${info.explanationURL === undefined ? "" : `, see ${info.explanationURL}`}${after === undefined ? "" : `; ask again after ${after}`}`,
    );
  }
  const [renewsAt] = starts.sort();
  return { ...report, notes, ...(renewsAt === undefined ? {} : { renewsAt }) };
}

/**
 * Returns the path of a certificate's renewalInfo: authority key identifier and serial number in DER, with a leading zero
 * byte if the first bit is set (RFC 9773, section 4.1). Undefined without an authority key identifier.
 */
export function renewalId({
  authorityKeyId,
  serial,
}: Pick<Certificate, "authorityKeyId" | "serial">): string | undefined {
  if (authorityKeyId === undefined || authorityKeyId === "") return undefined;
  const even = serial.length % 2 === 0 ? serial : `0${serial}`;
  const signed = /^[89a-f]/.test(even) ? `00${even}` : even;
  const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64url");
  return `${base64(authorityKeyId)}.${base64(signed)}`;
}

async function servedLeaves(url: string, { view }: ProviderDeps): Promise<Certificate[]> {
  const endpoint = await view(url);
  const leaves = servedChains(endpoint).flatMap(([leaf]) => leaf ?? []);
  const distinct = [...new Map(leaves.map((leaf) => [leaf.fingerprint, leaf])).values()];
  if (distinct.length > 0) return distinct;
  const reason =
    endpoint.fault ?? endpoint.handshakes.flatMap((it) => ("fault" in it ? [it.fault] : []))[0] ?? "no answer";
  throw new ProviderError("unavailable", `${new URL(url).host} serves no certificate: ${reason}`);
}

async function readCa(path: string, { readFile }: ProviderDeps): Promise<string> {
  return readFile(path).catch((error: unknown): never => {
    throw new ProviderError("missing-secret", `acme.ca: ${path} cannot be read`, error);
  });
}
