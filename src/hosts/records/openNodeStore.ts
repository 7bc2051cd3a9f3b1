import { RecordError } from "../../records/RecordError.ts";
import { NodeStore, type NodeStoreOptions } from "../../records/stores/node/NodeStore.ts";
import { parseKeepDays } from "../../records/writer/parseKeepDays.ts";
import { parseRecordsKey } from "../../records/writer/parseRecordsKey.ts";

/** Settings of the decision records of a Node process. */
export interface RecordsEnv {
  /** The folder of the store that the profile `compliance` needs. */
  readonly POSTERN_RECORDS_DIR?: string | undefined;
  /** A private Ed25519 JWK, as JSON; signs the records. Needed with a folder. */
  readonly POSTERN_RECORDS_KEY?: string | undefined;
  /** Days until a record is deleted. Default: never. */
  readonly POSTERN_RECORDS_KEEP_DAYS?: string | undefined;
}

/** The options of the store that the environment names; undefined without a folder. Throws `RecordError` `wrong-setting`. */
export function nodeStoreSettings(env: RecordsEnv): Pick<NodeStoreOptions, "folder" | "signer" | "keepMs"> | undefined {
  const { POSTERN_RECORDS_DIR: folder, POSTERN_RECORDS_KEY: key, POSTERN_RECORDS_KEEP_DAYS: days } = env;
  if (folder !== undefined && folder !== "")
    return { folder, signer: parseRecordsKey(key), keepMs: parseKeepDays(days) };
  const set = Object.entries({ POSTERN_RECORDS_KEY: key, POSTERN_RECORDS_KEEP_DAYS: days }).find(([, value]) => value);
  if (set !== undefined) throw new RecordError("wrong-setting", `${set[0]} is set, but POSTERN_RECORDS_DIR is not`);
  return undefined;
}

/** Opens the store that the environment names, in this thread; undefined without a folder. Throws {@link RecordError}. */
export function openNodeStore(env: RecordsEnv, deps: Pick<NodeStoreOptions, "log" | "now">): NodeStore | undefined {
  const settings = nodeStoreSettings(env);
  return settings === undefined ? undefined : NodeStore.open({ ...settings, ...deps });
}
