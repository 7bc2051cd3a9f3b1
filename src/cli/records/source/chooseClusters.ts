import type { RecordSource } from "../../../records/chain/RecordSource.ts";
import { CliError } from "../../terminal/CliError.ts";

/**
 * The clusters of a source to read: the one of `--cluster`, or all. A cluster that only the transaction log knows counts too.
 * Throws {@link CliError} `unreadable-input` when there are none.
 */
export async function chooseClusters(source: RecordSource, cluster: string | undefined): Promise<readonly string[]> {
  const clusters = await source.clusters();
  if (cluster !== undefined && (clusters.includes(cluster) || (await source.loggedHead?.(cluster)) !== undefined))
    return [cluster];
  if (cluster === undefined && clusters.length > 0) return clusters;
  const message =
    clusters.length === 0 ? "has no records" : `has no cluster "${cluster}"; it has ${clusters.join(", ")}`;
  throw new CliError("unreadable-input", `${source.name}: ${message}`);
}

/** {@link chooseClusters} for a command that reads one. */
export async function chooseCluster(source: RecordSource, cluster: string | undefined): Promise<string> {
  const [only, ...more] = await chooseClusters(source, cluster);
  if (only !== undefined && more.length === 0) return only;
  throw new CliError(
    "usage",
    `${source.name}: has several clusters; name one with --cluster: ${[only, ...more].join(", ")}`,
  );
}
