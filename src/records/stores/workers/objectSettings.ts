import type { RecordSigner } from "../../chain/RecordSigner.ts";
import { RecordError } from "../../RecordError.ts";
import { parseKeepDays } from "../../writer/parseKeepDays.ts";
import { parseRecordsKey } from "../../writer/parseRecordsKey.ts";
import type { RecordBucket } from "./R2Archive.ts";

/** Bindings and variables of a Worker that its {@link RecordsObject}s read. */
export interface RecordsObjectEnv {
  /** The R2 bucket of the batches. */
  readonly POSTERN_RECORDS_BUCKET?: RecordBucket;
  /** A secret: a private Ed25519 JWK, as JSON. Signs the batches. */
  readonly POSTERN_RECORDS_KEY?: string;
  /** Whole days that a record is kept. Default: for ever. */
  readonly POSTERN_RECORDS_KEEP_DAYS?: string;
}

/** What a {@link RecordsObject} works with. */
export interface ObjectSettings {
  readonly bucket: RecordBucket;
  readonly signer: RecordSigner;
  /** In milliseconds; undefined: for ever. */
  readonly keepMs: number | undefined;
}

/** Reads the settings. Throws {@link RecordError} `wrong-setting`, which never repeats the key. */
export function objectSettings(env: RecordsObjectEnv): ObjectSettings {
  const { POSTERN_RECORDS_BUCKET: bucket, POSTERN_RECORDS_KEY: key, POSTERN_RECORDS_KEEP_DAYS: days } = env;
  if (bucket === undefined) throw new RecordError("wrong-setting", "there is no R2 binding POSTERN_RECORDS_BUCKET");
  return { bucket, signer: parseRecordsKey(key), keepMs: parseKeepDays(days) };
}
