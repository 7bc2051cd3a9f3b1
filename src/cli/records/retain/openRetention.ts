import { parseS3Url } from "../../../records/stores/aws/openS3Source.ts";
import type { StoreRetention } from "../../../records/writer/StoreRetention.ts";
import { CliError } from "../../terminal/CliError.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { isFolder } from "../source/openSource.ts";

const FORMS = "name the folder of a store, or s3://BUCKET/PREFIX";

/** Opens a store to end its retention. Rejects with {@link CliError}, or with `RecordError`. */
export async function openRetention(
  { env }: Terminal,
  name: string,
  { table = env.POSTERN_RECORDS_TABLE, keepMs }: { readonly table: string | undefined; readonly keepMs: number },
): Promise<StoreRetention> {
  if (name.startsWith("s3://")) {
    const place = parseS3Url(name);
    if (table === undefined || table === "")
      throw new CliError("usage", `${name}: needs the transaction log; name its table with --table`);
    const { AwsRetention } = await import("../../../records/stores/aws/AwsRetention.ts");
    return AwsRetention.open({ ...place, table, keepMs }, env);
  }
  if (name === "-" || !(await isFolder(name))) throw new CliError("usage", `${name}: is not a store; ${FORMS}`);
  return (await import("../../../records/stores/node/NodeRetention.ts")).NodeRetention.open(name, Date.now);
}
