/** What a query asks for. */
export interface QueriedSeries {
  /** The metrics with the labels that their selectors name. */
  readonly selectors: readonly { readonly metric: string; readonly labels: readonly string[] }[];
  /** The labels in `by (...)`. */
  readonly grouping: readonly string[];
}

const GROUPING = /\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g;

/** The metrics and labels of a query of the alerts and the dashboard. */
export function selectorsOf(query: string): QueriedSeries {
  const grouping = [...query.matchAll(GROUPING)].flatMap(([, list = ""]) => list.split(",").map((name) => name.trim()));
  // A name that no bracket of a call follows, outside of quotes.
  const rest = query.replaceAll(GROUPING, "");
  const names = rest.matchAll(/"[^"]*"|\[[^\]]*\]|\b([a-z_]\w*)\b(?!\s*\()(?:\{([^}]*)\})?/g);
  const selectors = [...names].flatMap(([, metric, matchers = ""]) => {
    if (metric === undefined || ["and", "or", "unless"].includes(metric)) return [];
    return [{ metric, labels: [...matchers.matchAll(/(\w+)\s*[=!]~?\s*"/g)].map(([, label = ""]) => label) }];
  });
  return { selectors, grouping };
}
