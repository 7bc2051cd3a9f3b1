import type { IdentityTier } from "../../identity/IdentityTier.ts";

/** Whose calls the settings of a cluster accept, as it is given. */
export interface GivenCallers {
  readonly tier: IdentityTier["name"];
  readonly subject?: readonly string[];
  readonly audience?: readonly string[];
}

const SERVICE_ACCOUNT = "system:serviceaccount:";

/**
 * What to know about the callers that settings of tokens accept, one line each: nobody, or more than one caller. `issuer` is that of
 * the cluster, which signs tokens of ServiceAccounts only.
 */
export function callerNotes({ tier, subject = [], audience = [] }: GivenCallers, issuer: string): readonly string[] {
  const ofTier = tier === "jwt" ? [...wideNotes(subject), ...audienceNotes(audience, issuer)] : [];
  return [...subject.filter((text) => !canBeServiceAccount(text, tier)).map(nobodyNote), ...ofTier];
}

/** Whether some `system:serviceaccount:NAMESPACE:NAME` is accepted. Only the tier `jwt` has patterns. */
function canBeServiceAccount(text: string, tier: GivenCallers["tier"]): boolean {
  const star = tier === "jwt" ? text.indexOf("*") : -1;
  if (star === -1) return /^system:serviceaccount:[^:*]+:[^:*]+$/.test(text);
  const start = text.slice(0, star);
  return start.startsWith(SERVICE_ACCOUNT) || SERVICE_ACCOUNT.startsWith(start);
}

function nobodyNote(text: string): string {
  return `--subject ${JSON.stringify(text)} accepts nobody: the tokens of a cluster have the subject ${SERVICE_ACCOUNT}NAMESPACE:NAME`;
}

function wideNotes(subjects: readonly string[]): string[] {
  return subjects
    .filter((text) => text.includes("*") && SERVICE_ACCOUNT.startsWith(text.slice(0, text.indexOf("*"))))
    .map(
      (text) =>
        `--subject ${JSON.stringify(text)} accepts ServiceAccounts of all namespaces: whoever may request a token of one can call the gate`,
    );
}

function audienceNotes(audiences: readonly string[], issuer: string): string[] {
  if (audiences.length === 0)
    return [
      "without --audience only tokens for the exact URL of a call are accepted; an API server has one token for all URLs of the gate",
    ];
  return audiences.includes(issuer)
    ? [`--audience ${JSON.stringify(issuer)} is the default audience of the API server: the token of every Pod has it`]
    : [];
}
