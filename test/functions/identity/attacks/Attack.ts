import type { ClientPair } from "../../../hosts/certificate/clientPki.ts";
import type { IdentityBed } from "../IdentityBed.ts";
import type { RuntimeName } from "../identityRuntimes.ts";

/** The parts of an attack's request that differ from a POST of a review without credentials to `production`. */
export interface AttackRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly lines?: string;
  readonly pair?: ClientPair;
}

/** A request that must not get a verdict or a capability. */
export interface Attack {
  readonly name: string;
  readonly request: (bed: IdentityBed) => AttackRequest | Promise<AttackRequest>;
  /** One of them, by runtime. A status other than 401 is no refusal of the gate, and is not logged. */
  readonly status: number | readonly number[];
  /** What the log says of a 401. */
  readonly reason?: string | readonly string[];
  /** Default: all. */
  readonly on?: readonly RuntimeName[];
}

/** Where headers go over a wire as they are written. */
export const WIRE: readonly RuntimeName[] = ["Node", "workerd"];
/** Where the gate itself checks the host. On Workers a request comes only through the routes of the Worker. */
export const CHECKS_HOST: readonly RuntimeName[] = ["Node", "Lambda"];

/** The path of a call of `production`. */
export const PRODUCTION = "/c/production/validate";
/** The header with a bearer token. */
export const bearer = (token: string): readonly [string, string] => ["Authorization", `Bearer ${token}`];

/** A bearer token for a call of `production`. */
export function token(
  name: string,
  make: (bed: IdentityBed) => string | Promise<string>,
  reason: string | readonly string[],
): Attack {
  return { name, request: async (bed) => ({ headers: [bearer(await make(bed))] }), status: 401, reason };
}
