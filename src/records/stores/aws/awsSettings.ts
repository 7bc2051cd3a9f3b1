import type { RecordSigner } from "../../chain/RecordSigner.ts";
import { RecordError } from "../../RecordError.ts";
import { parseKeepDays } from "../../writer/parseKeepDays.ts";
import { parseRecordsKey } from "../../writer/parseRecordsKey.ts";

/** The stores of a Lambda's compliance records. */
export interface AwsStores {
  /** The name of the table, see `DynamoLog`. */
  readonly table: string;
  /** The name of the bucket, see `S3Archive`. */
  readonly bucket: string;
  /** Before the keys of the bucket: empty, or a path that ends with `/`. */
  readonly prefix: string;
  readonly signer: RecordSigner;
  /** Retention in milliseconds. */
  readonly keepMs: number;
}

const NAMES = ["TABLE", "BUCKET", "KEY", "KEEP_DAYS"].map((name) => `POSTERN_RECORDS_${name}`);

/**
 * Reads the stores of records from the environment of a Lambda. Undefined without any of the variables. Throws
 * {@link RecordError} `wrong-setting`. The error never repeats the key.
 *
 * | variable | content |
 * |---|---|
 * | `POSTERN_RECORDS_TABLE` | the table of DynamoDB |
 * | `POSTERN_RECORDS_BUCKET` | `BUCKET`, or `BUCKET/PREFIX` |
 * | `POSTERN_RECORDS_KEY` | the private Ed25519 JWK that signs batches |
 * | `POSTERN_RECORDS_KEEP_DAYS` | how long batches are kept. No default, because nobody can shorten a lock |
 */
export function awsSettings(env: Readonly<Record<string, string | undefined>>): AwsStores | undefined {
  const missing = NAMES.filter((name) => (env[name] ?? "") === "");
  if (missing.length === NAMES.length) return undefined;
  const { POSTERN_RECORDS_TABLE: table = "", POSTERN_RECORDS_BUCKET: place = "" } = env;
  const keepMs = parseKeepDays(env.POSTERN_RECORDS_KEEP_DAYS);
  if (missing.length > 0 || keepMs === undefined) throw wrong(`records on AWS also need ${missing.join(", ")}`);
  // Naming rules of DynamoDB (Limits.html) and of S3 (bucketnamingrules.html).
  if (!/^[\w.-]{3,255}$/.test(table)) throw wrong("POSTERN_RECORDS_TABLE is not the name of a table");
  const [, bucket, prefix = ""] = /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w./-]{0,512}))?$/.exec(place) ?? [];
  if (bucket === undefined) throw wrong("POSTERN_RECORDS_BUCKET is not BUCKET or BUCKET/PREFIX");
  return {
    table,
    bucket,
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
    signer: parseRecordsKey(env.POSTERN_RECORDS_KEY),
    keepMs,
  };
}

function wrong(message: string): RecordError {
  return new RecordError("wrong-setting", message);
}
