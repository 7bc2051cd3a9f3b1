/** The identified callers that a gate counted, by tier, from its metrics in the Prometheus text format. */
export async function acceptedCallers(metricsPort: number): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const counts: Record<string, number> = {};
  for (const [, labels = "", value] of text.matchAll(/^postern_identity_accepted_total\{([^}]*)\} (\S+)$/gm)) {
    const tier = /postern_tier="([^"]*)"/.exec(labels)?.[1] ?? "";
    counts[tier] = (counts[tier] ?? 0) + Number(value);
  }
  return counts;
}
