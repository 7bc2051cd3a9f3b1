import { splitGateUrl } from "../../protocol/gateUrl.ts";
import { Host } from "../../protocol/Host.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { type EndpointView, servedChains } from "../../trust/EndpointView.ts";
import { type CatalogueName, rootCatalogues } from "../../trust/roots/catalogue.ts";
import type { Root } from "../../trust/roots/Root.ts";
import { verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { checkEndpoint, endpointAt } from "../plan/checkEndpoint.ts";
import type { Observation } from "../plan/Observation.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import { isUnconfirmed } from "../target/TargetState.ts";

/** Inputs of the risk model in addition to the observation. */
export interface RiskTerms {
  /** From the start of one run to the start of the next. */
  readonly intervalMs: number;
  /** The longest delay of a run's start. */
  readonly jitterMs: number;
  /** Duration of the last run. */
  readonly durationMs: number;
  /** Mean number of concurrent calls to the gate. Undefined when it is not known. */
  readonly inFlight: number | undefined;
  /** The catalogues that the config names: the roots that the provider may use. */
  readonly catalogues: readonly CatalogueName[];
}

/** The risk R = P_stale x D_sync x Q_inflight and its factors. Undefined factors are not known. */
export interface Risk {
  /** Probability, 0 to 1, that the bundle in force refuses the served chain within `seconds`. P_stale. */
  readonly stale: number | undefined;
  /** Longest time until a change is in step, if no run fails. D_sync. */
  readonly seconds: number;
  /** As in {@link RiskTerms}. Q_inflight. */
  readonly inFlight: number | undefined;
  /** Product of the three factors. */
  readonly risk: number | undefined;
}

/** ACME clients renew when a third of the lifetime is left (Let's Encrypt's recommendation, cert-manager's default). */
const RENEWAL_POINT = 2 / 3;

/**
 * Estimates the risk between two runs. `stale` is 1 when a bundle in force refuses a served chain, or will
 * before the next run ends because the path between them expires, or when a write is unconfirmed. Otherwise it is the probability of a renewal before the next run ends, times the share of the provider's
 * roots that the bundle lacks. The probability is `seconds` divided by two thirds of the certificate's lifetime. Assumptions:
 * renewals are evenly distributed, a provider uses each root of its catalogue equally, and a private CA renews below the
 * pinned root. The worst of several endpoints and bundles counts. Undefined when an endpoint does not answer, and with the
 * unknown roots of the API server's host.
 */
export function riskModel(observation: Observation, goal: SyncGoal, terms: RiskTerms): Risk {
  const seconds = (terms.intervalMs + terms.jitterMs + terms.durationMs) / 1000;
  const stale = worst(
    observation.targets
      .filter(({ isCanary }) => !isCanary)
      .map((target) => staleOf(target, observation, goal, { seconds, catalogues: terms.catalogues })),
  );
  const { inFlight } = terms;
  const risk = stale === undefined || inFlight === undefined ? undefined : stale * seconds * inFlight;
  return { stale, seconds, inFlight, risk };
}

function staleOf(
  target: SyncTarget,
  observation: Observation,
  goal: SyncGoal,
  terms: { readonly seconds: number; readonly catalogues: readonly CatalogueName[] },
): number | undefined {
  if (isUnconfirmed(target.state)) return 1;
  // Each webhook has its own bundle. One that accepts the endpoint does not help another.
  const calls = target.hooks.map(({ url, bundle }) => ({ base: splitGateUrl(url, goal.cluster)?.base, bundle }));
  const distinct = new Map(calls.map((call) => [JSON.stringify(call), call]));
  return worst(
    [...distinct.values()].map(({ base, bundle }) =>
      base === undefined ? undefined : staleChance(endpointAt(observation, base), bundle, observation.now, terms),
    ),
  );
}

/** Returns `stale` for one endpoint and one bundle. */
function staleChance(
  view: EndpointView,
  bundle: string,
  now: number,
  { seconds, catalogues }: { readonly seconds: number; readonly catalogues: readonly CatalogueName[] },
): number | undefined {
  const roots = readableCertificates(bundle);
  const isEmpty = bundle.trim() === "";
  const { finding } = checkEndpoint(view, roots, now);
  if (finding !== undefined) return finding.code === "unreachable" ? undefined : 1;
  if (roots.length === 0) return isEmpty ? undefined : 1;
  const host = Host.ofUrl(view.base).name;
  return worst(
    servedChains(view).map((served) => {
      const verification = verifyChain({ served, anchors: roots, host, now });
      // A path that ends first is refused, unless it is renewed until then.
      if (verification.ok && verification.notAfter.getTime() < now + seconds * 1000) return 1;
      const anchors = verification.ok ? verification.chains.flatMap((chain) => chain.at(-1) ?? []) : [];
      return renewalChance(served, seconds) * shareMissing(anchors, roots, catalogues);
    }),
  );
}

function renewalChance([leaf]: readonly Certificate[], seconds: number): number {
  if (leaf === undefined) return 0;
  const lifetime = (leaf.notAfter.getTime() - leaf.notBefore.getTime()) / 1000;
  return lifetime <= 0 ? 1 : Math.min(1, seconds / (lifetime * RENEWAL_POINT));
}

/**
 * Returns the share of a provider's roots that a bundle lacks. The provider's roots are the catalogues that the config
 * names, or the catalogues that contain the anchor of the chain. Without either it is a private CA, and the share is 0.
 */
function shareMissing(
  anchors: readonly Certificate[],
  roots: readonly Certificate[],
  named: readonly CatalogueName[],
): number {
  const known = new Set(roots.map(({ fingerprint }) => fingerprint));
  const all: readonly (readonly Root[])[] = Object.values(rootCatalogues);
  const providers =
    named.length > 0
      ? named.map((name): readonly Root[] => rootCatalogues[name])
      : all.filter((catalogue) => catalogue.some((root) => anchors.some((it) => it.fingerprint === root.fingerprint)));
  const shares = providers.map(
    (catalogue) => catalogue.filter(({ fingerprint }) => !known.has(fingerprint)).length / catalogue.length,
  );
  return Math.max(0, ...shares);
}

/** 1 if any value is 1. Otherwise undefined if any value is unknown, else the maximum. */
function worst(chances: readonly (number | undefined)[]): number | undefined {
  const known = chances.filter((chance) => chance !== undefined);
  if (known.includes(1)) return 1;
  return known.length < chances.length || known.length === 0 ? undefined : Math.max(...known);
}
