import { HttpCallError } from "../../http/HttpCallError.ts";
import { withoutSecrets } from "../../telemetry/withoutSecrets.ts";
import { askAcme } from "./askAcme.ts";
import { askAws } from "./askAws.ts";
import { askCloudflare } from "./askCloudflare.ts";
import type { ProviderDeps } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";
import type { ProviderReport } from "./ProviderReport.ts";
import type { ProviderSettings } from "./providerSettings.ts";

/** A text of a provider is a name, a status or a sentence. In characters. */
const MAX_TEXT = 300;
/** A message may list a few of them. */
const MAX_MESSAGE = 1_000;
/** A gate has a few certificates. Of each there is a note. */
const MAX_ENTRIES = 50;

/**
 * Asks a provider what it serves now and next. Rejects only with {@link ProviderError}. No text of the report and no message
 * has a secret that was read for the call, whatever the provider repeats. What only people read is bounded: an answer of 2 MB
 * must not become a line of the log.
 */
export async function askProvider(settings: ProviderSettings, given: ProviderDeps): Promise<ProviderReport> {
  const secrets = new Set<string>();
  const clean = (text: string): string => withoutSecrets(text, secrets);
  try {
    return cleanReport(await ask(settings, { ...given, secrets }), clean);
  } catch (error) {
    if (error instanceof ProviderError) throw new ProviderError(error.code, cut(clean(error.message), MAX_MESSAGE));
    const message = error instanceof HttpCallError ? error.message : "the call failed";
    throw new ProviderError("unavailable", clean(message));
  }
}

async function ask({ cloudflare, aws, acme, fixed }: ProviderSettings, deps: ProviderDeps): Promise<ProviderReport> {
  if (cloudflare !== undefined) return askCloudflare(cloudflare, deps);
  if (aws !== undefined) return askAws(aws, deps);
  if (acme !== undefined) return askAcme(acme, deps);
  if (fixed !== undefined) return { ...fixed, certificates: [], notes: [] };
  throw new ProviderError("refused", "the config names no provider");
}

/** URL and roots are announced to all clusters, so that an answer with a secret in them counts as none. */
function cleanReport(report: ProviderReport, clean: (text: string) => string): ProviderReport {
  const announced = [report.url ?? "", ...report.roots];
  if (announced.some((text) => clean(text) !== text))
    throw new ProviderError("bad-answer", "the provider's answer repeats the token as a URL or a root");
  const shown = (text: string): string => cut(clean(text), MAX_TEXT);
  return {
    ...report,
    certificates: report.certificates.slice(0, MAX_ENTRIES).map(({ issuer, notAfter, state }) => ({
      issuer: shown(issuer),
      notAfter: notAfter === undefined ? undefined : shown(notAfter),
      state: shown(state),
    })),
    notes: [
      ...report.notes.slice(0, MAX_ENTRIES).map(shown),
      ...leftOut(report.certificates, "certificates"),
      ...leftOut(report.notes, "notes"),
    ],
  };
}

function leftOut(all: readonly unknown[], what: string): string[] {
  return all.length <= MAX_ENTRIES ? [] : [`${all.length - MAX_ENTRIES} more ${what} are not shown`];
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
