import { askAcme } from "./askAcme.ts";
import { askAws } from "./askAws.ts";
import { askCloudflare } from "./askCloudflare.ts";
import type { ProviderDeps } from "./ProviderDeps.ts";
import { ProviderError } from "./ProviderError.ts";
import type { ProviderReport } from "./ProviderReport.ts";
import type { ProviderSettings } from "./providerSettings.ts";

/** Asks a provider what it serves now and next. Rejects only with {@link ProviderError}. */
export async function askProvider(settings: ProviderSettings, deps: ProviderDeps): Promise<ProviderReport> {
  try {
    const { cloudflare, aws, acme, fixed } = settings;
    if (cloudflare !== undefined) return await askCloudflare(cloudflare, deps);
    if (aws !== undefined) return await askAws(aws, deps);
    if (acme !== undefined) return await askAcme(acme, deps);
    if (fixed !== undefined) return { ...fixed, certificates: [], notes: [] };
    throw new ProviderError("refused", "the config names no provider");
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError("unavailable", error instanceof Error ? error.message : "the call failed", error);
  }
}
