import { announcedUrlFault } from "../../announcement/announcedUrlFault.ts";
import { askProvider } from "../../announcement/providers/askProvider.ts";
import type { ProviderDeps } from "../../announcement/providers/ProviderDeps.ts";
import type { ProviderSettings } from "../../announcement/providers/providerSettings.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import { hold, type NextTerms, toward } from "./NextGoal.ts";
import type { SyncGoal } from "./SyncConfig.ts";

/**
 * The goal with what the provider says: the URL where it was asked for it, and the roots beside those of the config. A
 * provider that fails leaves everything as it is; see `SyncGoal.hold`. Never rejects.
 */
export async function goalFromProvider(
  settings: ProviderSettings,
  goal: SyncGoal,
  targets: readonly SyncTarget[],
  deps: ProviderDeps & NextTerms,
): Promise<SyncGoal> {
  const about = Object.keys(settings)[0] ?? "";
  try {
    const { url, roots } = await askProvider(settings, deps);
    const fault = url === undefined ? undefined : announcedUrlFault(url, deps.hosts);
    if (fault !== undefined) return hold(goal, { code: "announcement-url", about, message: `its URL ${fault}` });
    return toward(goal, targets, { url, roots, about });
  } catch (error) {
    return hold(goal, { code: "provider-failed", about, message: error instanceof Error ? error.message : "failed" });
  }
}
