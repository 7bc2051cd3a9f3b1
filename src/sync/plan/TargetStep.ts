import type { Finding, Step } from "./Step.ts";

/** What one target asks for: a step; or nothing now, with what is to be told. */
export type TargetStep = Step | { readonly findings: readonly Finding[] } | { readonly notes: readonly string[] };
