import { servedChains } from "./checkEndpoint.ts";
import type { SyncRun } from "./runSync.ts";
import type { SyncGoal } from "./SyncConfig.ts";
import { targetName } from "./SyncTarget.ts";

/**
 * What a run found, in the Prometheus text format (0.0.4), for node_exporter's textfile collector or whatever else reads
 * files. Times are in seconds since 1970.
 */
export function syncMetrics({ last, rolledBack, observation }: SyncRun, { gate, cluster }: SyncGoal): string {
  const own = { gate, cluster };
  const findings = last.kind === "report" ? last.findings : last.kind === "refuse" ? [last.finding] : [];
  const byCode = Map.groupBy(findings, ({ code }) => code);
  const isInStep = findings.length === 0 && !rolledBack;
  return [
    ...metric("postern_sync_last_run_timestamp_seconds", "When the last run ended.", [
      [own, Math.round(observation.now / 1000)],
    ]),
    ...metric("postern_sync_in_step", "Whether the registrations are in step with the endpoint.", [
      [own, isInStep ? 1 : 0],
    ]),
    ...metric("postern_sync_rolled_back", "Whether the last run took something back.", [[own, rolledBack ? 1 : 0]]),
    ...metric(
      "postern_sync_certificate_expiry_timestamp_seconds",
      "When the first certificate that an endpoint serves ends.",
      observation.endpoints.flatMap((endpoint): Sample[] => {
        const ends = servedChains(endpoint).flatMap((chain) => chain.map(({ notAfter }) => notAfter.getTime()));
        return ends.length === 0 ? [] : [[{ ...own, endpoint: endpoint.base }, Math.min(...ends) / 1000]];
      }),
    ),
    ...metric(
      "postern_sync_target_phase",
      "1 for the phase that a registration is in.",
      observation.targets
        .filter(({ isCanary }) => !isCanary)
        .map((target): Sample => [{ ...own, target: targetName(target), phase: target.state.phase ?? "in-step" }, 1]),
    ),
    ...metric(
      "postern_sync_findings",
      "What stands against being in step, by kind.",
      [...byCode].map(([code, all]): Sample => [{ ...own, code }, all.length]),
    ),
  ].join("");
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

function metric(name: string, help: string, samples: readonly Sample[]): string[] {
  if (samples.length === 0) return [];
  const escaped = (value: string): string =>
    value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    return `${name}{${pairs.join(",")}} ${value}\n`;
  });
  return [`# HELP ${name} ${help}\n`, `# TYPE ${name} gauge\n`, ...lines];
}
