import { isJsonObject } from "../../protocol/Json.ts";
import { RecordSigner } from "../chain/RecordSigner.ts";
import { RecordError } from "../RecordError.ts";

/**
 * Reads the key that signs records from `POSTERN_RECORDS_KEY`: a private Ed25519 JWK as JSON. Throws {@link RecordError}
 * `wrong-setting`. The error never repeats the key.
 */
export function parseRecordsKey(json: string | undefined): RecordSigner {
  if (json === undefined || json === "")
    throw new RecordError(
      "wrong-setting",
      "POSTERN_RECORDS_KEY is not set: records are signed; make a key with `postern records key FILE`",
    );
  let jwk: unknown;
  try {
    jwk = JSON.parse(json);
  } catch {
    throw new RecordError("wrong-setting", "POSTERN_RECORDS_KEY is not JSON; expected a private Ed25519 JWK");
  }
  if (!isJsonObject(jwk))
    throw new RecordError("wrong-setting", "POSTERN_RECORDS_KEY is not a JSON object; expected a private Ed25519 JWK");
  return new RecordSigner({ ...jwk });
}
