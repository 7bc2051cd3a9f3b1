import { reviewCall } from "./gateCall.ts";

/** The text of an AdmissionReview on a Ledger. `change` is the label that selects a mutator, `spec` is JSON. */
export function ledgerReview(change: string, spec: string): string {
  return `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","kind":{"group":"example.com","version":"v1","kind":"Ledger"},"resource":{"group":"example.com","version":"v1","resource":"ledgers"},"name":"l","namespace":"shop","operation":"CREATE","userInfo":{},"object":${ledger(change, spec)},"oldObject":null,"dryRun":false,"options":null}}`;
}

/** The text of a ConversionReview of Ledgers of one version to the other. */
export function ledgerConversion(desired: "v1" | "v2", ledgers: readonly string[]): string {
  return `{"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview","request":{"uid":"u","desiredAPIVersion":"example.com/${desired}","objects":[${ledgers.join(",")}]}}`;
}

/** The text of a Ledger. */
export function ledger(change: string, spec: string, version = "v1"): string {
  return `{"apiVersion":"example.com/${version}","kind":"Ledger","metadata":{"name":"l","namespace":"shop","labels":{"do":"${change}"}},"spec":${spec}}`;
}

/** The call of `/mutate` with such a review. */
export function mutateCall(change: string, spec: string): Request {
  return reviewCall("/c/local/mutate", ledgerReview(change, spec));
}

/** The text of a patch in an answer; empty when there is none. */
export function patchText(answer: string): string {
  const { patch } = JSON.parse(answer).response;
  return patch === undefined ? "" : Buffer.from(patch, "base64").toString("utf8");
}
