/** Where a body departs from what was expected. `path` is dotted, such as `request.kind.version`. */
export interface DecodeFault {
  readonly path: string;
  readonly expected: string;
  /** `kind` when the body is a well-formed object of another kind or version, `shape` for all else. */
  readonly about: "kind" | "shape";
}

/** A decoder's answer: the value, or the first fault. Errors are data here; nothing is thrown. */
export type DecodeResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: DecodeFault };
