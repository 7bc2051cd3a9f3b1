/** A fault of a request body. `path` has dots, such as `request.kind.version`. `expected` begins with "expected". */
export interface DecodeFault {
  readonly path: string;
  readonly expected: string;
  /** `kind`: a well-formed object of another kind or version. `shape`: all other faults. */
  readonly about: "kind" | "shape";
}

/** The result of a decoder: the value, or the first fault. Decoders do not throw. */
export type DecodeResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: DecodeFault };
