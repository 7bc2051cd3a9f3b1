import { base64url } from "jose";
import { HOST, type IdentityBed, urlOf } from "../IdentityBed.ts";
import { type Attack, token } from "./Attack.ts";

const URL_OF_CALL = urlOf("production");
/** Later than all tests. */
const LATER = 99_999_999_999;

/** A token of the issuer, whose payload ends with this text: of a member that is there twice, the last one counts. */
function payload(text: string, reason: string): Attack {
  const sign = (bed: IdentityBed) =>
    bed.production.signText(JSON.stringify({ iss: bed.keys.issuer, ...bed.claims() }).replace(/\}$/, `,${text}}`));
  return token(`the payload ...${text}`, sign, reason);
}

/** A token of the issuer with this text as its header. `KID` stands for the key. */
function header(text: string, reason: string): Attack {
  const sign = (bed: IdentityBed) =>
    bed.production.signHeaderText(text.replace("KID", JSON.stringify(bed.production.kid)), bed.claims());
  return token(`the header ${text}`, sign, reason);
}

/** A token of the issuer for an audience that is almost the URL of the call. */
function audience(aud: unknown, reason = "wrong-audience"): Attack {
  return token(`the aud ${JSON.stringify(aud)}`, (bed) => bed.token({ aud }), reason);
}

/** A right token, written in another way. */
function written(name: string, write: (token: string) => string, reason: string): Attack {
  return token(`a right token ${name}`, async (bed) => write(await bed.token()), reason);
}

const payloads: readonly Attack[] = [
  payload('"exp":1e400', "malformed"),
  payload('"exp":-1e400', "malformed"),
  payload('"exp":"1e400"', "malformed"),
  payload('"exp":null', "malformed"),
  payload('"exp":true', "malformed"),
  payload(`"exp":[${LATER}]`, "malformed"),
  payload('"exp":-0', "expired"),
  payload('"exp":1e-400', "expired"),
  payload(`"exp":${LATER},"e\\u0078p":1`, "expired"),
  payload('"nbf":"0"', "malformed"),
  payload('"nbf":1e400', "malformed"),
  payload('"nbf":1e308', "not-yet-valid"),
  payload('"nbf":null', "malformed"),
  payload('"iat":"0"', "malformed"),
  payload('"iat":1e308', "not-yet-valid"),
  payload('"jti":5', "malformed"),
  payload('"iss":["https://kubernetes.default.svc.cluster.local"]', "malformed"),
  payload('"iss":"https://kubernetes.default.svc.cluster.local\\u0000"', "wrong-issuer"),
  payload('"iss":"https://kubernetes.default.svc.cluster.local:443"', "wrong-issuer"),
  payload('"sub":["system:apiserver"]', "malformed"),
  payload('"sub":""', "malformed"),
  payload('"sub":"*"', "wrong-subject"),
  payload('"sub":"system:apiserver\\u0000"', "wrong-subject"),
  payload('"sub":"system:apiserver\\n"', "wrong-subject"),
  payload('"sub":"system:\\u0430piserver"', "wrong-subject"),
  payload('"sub":"\\ud800system:apiserver"', "wrong-subject"),
  payload('"aud":"x"', "wrong-audience"),
];

const headers: readonly Attack[] = [
  header('["ES256"]', "malformed"),
  header("null", "malformed"),
  header('{"alg":"ES256","kid":KID}{}', "malformed"),
  header('{"alg":"ES256","kid":KID,"x":NaN}', "malformed"),
  header('\ufeff{"alg":"ES256","kid":KID}', "malformed"),
  header('{"alg":"ES256","\\u0061lg":"none","kid":KID}', "wrong-algorithm"),
  header('{"__proto__":{"alg":"ES256"},"kid":KID}', "wrong-algorithm"),
  header('{"alg":["ES256"],"kid":KID}', "wrong-algorithm"),
  header('{"alg":"es256","kid":KID}', "wrong-algorithm"),
  header('{"alg":"ES256 ","kid":KID}', "wrong-algorithm"),
  header('{"alg":"ES384","kid":KID}', "wrong-algorithm"),
  header('{"alg":"dir","enc":"A256GCM","kid":KID}', "wrong-algorithm"),
  header('{"alg":"ES256","kid":KID,"crit":[]}', "wrong-algorithm"),
  header('{"alg":"ES256","kid":KID,"crit":null}', "wrong-algorithm"),
  header('{"alg":"ES256","kid":KID,"b64":true}', "wrong-algorithm"),
  header('{"alg":"ES256","kid":KID,"typ":"dpop+jwt"}', "wrong-algorithm"),
  header('{"alg":"ES256","kid":KID,"typ":"JWT "}', "wrong-algorithm"),
  header('{"alg":"ES256","kid":KID,"typ":["JWT"]}', "wrong-algorithm"),
  header('{"alg":"ES256","kid":KID,"typ":""}', "wrong-algorithm"),
  header('{"alg":"ES256","kid":KID,"kid":"other"}', "unknown-key"),
  header('{"alg":"ES256","kid":"KEY-1"}', "unknown-key"),
  header('{"alg":"ES256","kid":1}', "unknown-key"),
];

const audiences: readonly Attack[] = [
  ...[
    `https://${HOST}:443/c/production/validate`,
    `https://${HOST}./c/production/validate`,
    `https://GATE.example.com/c/production/validate`,
    `http://${HOST}/c/production/validate`,
    `https://x@${HOST}/c/production/validate`,
    `https://${HOST}//c/production/validate`,
    `https://${HOST}/c/staging/../production/validate`,
    `https://${HOST}/c/productio%6e/validate`,
    `${URL_OF_CALL}/`,
    `${URL_OF_CALL}?`,
    `${URL_OF_CALL}#`,
    `${URL_OF_CALL} `,
    `${URL_OF_CALL}\0`,
    `${URL_OF_CALL},${URL_OF_CALL}`,
    URL_OF_CALL.replace("gate", "\uff47ate"),
    URL_OF_CALL.replace("gate", "ga\u00adte"),
    URL_OF_CALL.replace("gate.", "gate\u3002"),
    "*",
    "",
    [],
    [`${URL_OF_CALL}/`, `${URL_OF_CALL}?`],
  ].map((aud) => audience(aud)),
  ...[null, { [URL_OF_CALL]: true }, [[URL_OF_CALL]], [null, URL_OF_CALL]].map((aud) => audience(aud, "malformed")),
];

/** The order of P-256 (FIPS 186-5). */
const ORDER = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");
const withSignature = (change: (signature: Uint8Array) => Uint8Array) => (text: string) => {
  const [, input = "", signature = ""] = /^(.*)\.([^.]*)$/.exec(text) ?? [];
  return `${input}.${base64url.encode(change(base64url.decode(signature)))}`;
};

const texts: readonly Attack[] = [
  written("with padding", (it) => `${it}==`, "malformed"),
  written("with escaped dots", (it) => it.replaceAll(".", "%2e"), "malformed"),
  written("with one more dot", (it) => `${it}.`, "malformed"),
  written("in quotes", (it) => `"${it}"`, "malformed"),
  written("twice, with a comma", (it) => `${it},${it}`, "malformed"),
  written("twice, with a blank", (it) => `${it} ${it}`, "malformed"),
  written("with a parameter", (it) => `${it}, realm="x"`, "malformed"),
  written(
    "with one more byte of signature",
    withSignature((it) => Buffer.concat([it, Buffer.from([0])])),
    "bad-signature",
  ),
  written(
    "with r of the order",
    withSignature((it) => Buffer.concat([ORDER, it.subarray(32)])),
    "bad-signature",
  ),
  written(
    "with r and s of the order",
    withSignature(() => Buffer.concat([ORDER, ORDER])),
    "bad-signature",
  ),
  written("with a signature in DER", withSignature(derOf), "bad-signature"),
];

/** As OpenSSL writes a signature (RFC 3279, section 2.2.3). */
function derOf(signature: Uint8Array): Uint8Array {
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((it) =>
    Buffer.concat([Buffer.from([2, 33, 0]), it]),
  );
  return Buffer.concat([Buffer.from([0x30, 70]), ...integers]);
}

/** Tokens of the right issuer that are written in a way that two readers could read differently. */
export const tokenTextAttacks: readonly Attack[] = [...payloads, ...headers, ...audiences, ...texts];
