import { splitGateUrl } from "../../protocol/gateUrl.ts";
import { Host } from "../../protocol/Host.ts";
import { readableCertificates } from "../../trust/bundle.ts";
import { type EndpointView, servedChains } from "../../trust/probe/EndpointView.ts";
import type { Root } from "../../trust/roots/Root.ts";
import { type CatalogueName, rootCatalogues } from "../../trust/roots/rootCatalogues.ts";
import { verifyChain } from "../../trust/verify/verifyChain.ts";
import type { Certificate } from "../../trust/x509/Certificate.ts";
import type { SyncGoal } from "../goal/SyncConfig.ts";
import { checkEndpoint, endpointAt } from "../plan/checkEndpoint.ts";
import type { Observation } from "../plan/Observation.ts";
import type { SyncTarget } from "../target/SyncTarget.ts";
import { isUnconfirmed } from "../target/TargetState.ts";

/** What a risk follows from beside what was observed. */
export interface RiskTerms {
  /** From the start of one run to that of the next. In milliseconds. */
  readonly interval: number;
  /** How much later than that a run may begin. In milliseconds. */
  readonly jitter: number;
  /** How long the last run took. In milliseconds. */
  readonly duration: number;
  /** Calls under way at any time; undefined where nobody said. */
  readonly inFlight: number | undefined;
  /** The catalogues that the config names: what the provider may use. */
  readonly catalogues: readonly CatalogueName[];
}

/** The risk R = P_stale x D_sync x Q_inflight, with each factor; undefined where it cannot be told. */
export interface Risk {
  /** The chance, from 0 to 1, that the bundle in force refuses what is served, now or by the end of `seconds`. */
  readonly stale: number | undefined;
  /** Until a change is in step, at the latest, when all goes well. */
  readonly seconds: number;
  /** As it was given. */
  readonly inFlight: number | undefined;
  /** Calls under way, weighed by the chance and by the seconds in which they would fail. */
  readonly risk: number | undefined;
}

/** Public CAs' clients renew when a third of the lifetime is left (Let's Encrypt's own advice; cert-manager does so too). */
const RENEWED_AT = 2 / 3;

/**
 * How much is at stake between two runs. `stale` is 1 where a bundle in force refuses what is served now, and where a write
 * was not confirmed. Else it is the chance that the certificate is renewed before the next run is over, which is `seconds`
 * by two thirds of its lifetime, times the share of its provider's roots that the bundle does not have. It supposes that
 * renewals come at any time, that a provider takes any root of its catalogue alike, and that a CA of one's own renews below
 * the root that is pinned. Of several endpoints and bundles the worst counts. Undefined where an endpoint does not answer,
 * and where the roots of the API server's own host count, which are not known.
 */
export function riskModel(observation: Observation, goal: SyncGoal, terms: RiskTerms): Risk {
  const seconds = (terms.interval + terms.jitter + terms.duration) / 1000;
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
  // Each webhook has a bundle of its own: what one of them would accept is of no use to another.
  const calls = target.hooks.map(({ url, bundle }) => ({ base: splitGateUrl(url, goal.cluster)?.base, bundle }));
  const distinct = new Map(calls.map((call) => [JSON.stringify(call), call]));
  return worst(
    [...distinct.values()].map(({ base, bundle }) =>
      base === undefined ? undefined : chanceOf(endpointAt(observation, base), bundle, observation.now, terms),
    ),
  );
}

/** Of calls to one endpoint with one bundle. */
function chanceOf(
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
      const anchors = verification.ok ? verification.chains.flatMap((chain) => chain.at(-1) ?? []) : [];
      return renewalChance(served, seconds) * shareMissing(anchors, roots, catalogues);
    }),
  );
}

function renewalChance([leaf]: readonly Certificate[], seconds: number): number {
  if (leaf === undefined) return 0;
  const lifetime = (leaf.notAfter.getTime() - leaf.notBefore.getTime()) / 1000;
  return lifetime <= 0 ? 1 : Math.min(1, seconds / (lifetime * RENEWED_AT));
}

/**
 * Of the roots that a provider may use, the share that a bundle does not have. They are those of the catalogues that the
 * config names, or else of any that the chain's anchor is in; with neither it is a CA of one's own.
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

/** One that is stale for sure outweighs what is not known; else nothing is known of all as soon as it is not of one. */
function worst(chances: readonly (number | undefined)[]): number | undefined {
  const known = chances.filter((chance) => chance !== undefined);
  if (known.includes(1)) return 1;
  return known.length < chances.length || known.length === 0 ? undefined : Math.max(...known);
}
