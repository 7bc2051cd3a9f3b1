export { capability } from "./capability/capability.ts";
export { clientCertificate } from "./certificate/clientCertificate.ts";
export type { Identity, RefusalReason, TierName, TierResult } from "./Identity.ts";
export type {
  CapabilitySettings,
  ClientCertificateSettings,
  IdentitySettings,
  JwtSettings,
  NoneSettings,
  TierSettings,
  TokenIssuer,
} from "./IdentitySettings.ts";
export { IdentitySettingsError } from "./IdentitySettingsError.ts";
export type { ClusterTier, IdentityCall, IdentityHost, IdentityTier, StartedTier } from "./IdentityTier.ts";
export { jwt } from "./jwt/jwt.ts";
