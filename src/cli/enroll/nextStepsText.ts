import type { IdentityTier } from "../../identity/IdentityTier.ts";

/** What to do with the printed settings, in at most five lines. */
export function nextStepsText(cluster: string, tier: IdentityTier["name"]): string {
  const admission = `postern render --admission-config --cluster ${cluster} --url URL`;
  const steps = {
    capability: [
      "add the settings to clusters of the gate, and capability() to its tiers",
      "once for a gate: postern keys new, and set POSTERN_CAPABILITY_KEYS",
      "deploy the gate",
      `postern render --cluster ${cluster} --url URL --sync --sync-token FILE`,
    ],
    jwt: [
      "add the settings to clusters of the gate, and jwt() to its tiers",
      "deploy the gate",
      `${admission} --token-file PATH`,
      `postern render --cluster ${cluster} --url URL`,
    ],
    "client-certificate": [
      "add the settings to clusters of the gate, and clientCertificate() to its tiers",
      "let the host verify clients: POSTERN_CLIENT_CA_FILE, or mTLS of the platform",
      "deploy the gate",
      `${admission}, then without --admission-config`,
    ],
  } as const;
  return ["Next:", ...steps[tier].map((step, index) => `  ${index + 1}. ${step}`)].map((line) => `${line}\n`).join("");
}
