import type { TierResult } from "../../../src/identity/Identity.ts";
import { IdentitySettingsError } from "../../../src/identity/IdentitySettingsError.ts";
import type { CapabilityRequest, IdentityCall, IdentityTier } from "../../../src/identity/IdentityTier.ts";

/** What a fake tier does with a call. */
export type Identify = (call: IdentityCall) => TierResult | Promise<TierResult>;

/** A tier whose results are those of the test. It accepts settings without the member `wrong`. */
export function fakeTier(
  name: IdentityTier["name"],
  identify: Identify,
  issue?: (request: CapabilityRequest) => Promise<"expired" | { token: string }>,
): IdentityTier {
  return {
    name,
    check: (settings) => {
      if ("wrong" in settings) throw new IdentitySettingsError("wrong", "is wrong");
    },
    start: () => ({
      forCluster: () => ({
        identify,
        ...(issue === undefined
          ? {}
          : {
              issue: async (request: CapabilityRequest) => {
                const issued = await issue(request);
                return typeof issued === "string" ? issued : { ...issued, issuedAt: 1, expiresAt: 3, renewAt: 2 };
              },
            }),
      }),
    }),
  };
}
