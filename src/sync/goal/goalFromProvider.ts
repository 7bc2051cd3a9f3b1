import { announcedUrlFault } from "../../announcement/announcedUrlFault.ts";
import { askProvider } from "../../announcement/providers/askProvider.ts";
import type { ProviderDeps } from "../../announcement/providers/ProviderDeps.ts";
import { ProviderError } from "../../announcement/providers/ProviderError.ts";
import type { ProviderSettings } from "../../announcement/providers/providerSettings.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import { freezeRemoval, type NextTerms, withNextGoal } from "./NextGoal.ts";
import type { SyncGoal } from "./SyncConfig.ts";

/**
 * Returns the goal with the provider's URL, if it was asked for one, and with its roots in addition to those of the config.
 * A provider that fails freezes the goal; see `SyncGoal.frozen`. Never rejects.
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
    if (fault !== undefined)
      return freezeRemoval(goal, { code: "announcement-url", about, message: `its URL ${fault}` });
    return withNextGoal(goal, targets, { url, roots, about });
  } catch (error) {
    const message = error instanceof ProviderError ? error.message : "the provider cannot be asked";
    return freezeRemoval(goal, { code: "provider-failed", about, message });
  }
}
