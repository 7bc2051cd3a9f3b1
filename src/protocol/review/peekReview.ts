import type { ReviewVersion } from "./Review.ts";

/** The fields from the start of a review that a denial needs. They allow an answer without reading the rest. */
export interface PeekedReview {
  readonly kind: "AdmissionReview" | "ConversionReview";
  readonly version: ReviewVersion;
  readonly uid: string;
}

/** The part of an oversized body that is read. The API server writes kind, apiVersion and uid in the first 200 bytes. */
export const PEEK_BYTES = 4096;

const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|([^\s{}[\],:"]+))/y;
const GROUPS = { AdmissionReview: "admission.k8s.io", ConversionReview: "apiextensions.k8s.io" } as const;

/**
 * Finds kind, apiVersion and request.uid at the start of a review's JSON. Tracks the depth of members, so the `uid` of an
 * object inside the request is not mistaken for the request's. Returns undefined when one of the three is not there.
 */
export function peekReview(beginning: string): PeekedReview | undefined {
  const { kind, apiVersion, uid } = scanEnvelope(beginning);
  if ((kind !== "AdmissionReview" && kind !== "ConversionReview") || uid === undefined || uid === "") return undefined;
  for (const version of ["v1", "v1beta1"] as const)
    if (apiVersion === `${GROUPS[kind]}/${version}`) return { kind, version, uid };
  return undefined;
}

interface Envelope {
  kind?: string;
  apiVersion?: string;
  uid?: string;
}

/** Reads tokens until all three members are found, the text ends, or it is not JSON. */
function scanEnvelope(text: string): Envelope {
  const found: Envelope = {};
  /** The member names of the open objects and arrays. */
  const path: (string | undefined)[] = [];
  let key: string | undefined;
  let expectKey = false;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null && Object.keys(found).length < 3; match = TOKEN.exec(text)) {
    const [, mark, string] = match;
    if (mark === "{" || mark === "[") {
      path.push(key);
      key = undefined;
      expectKey = mark === "{";
    } else if (mark === "}" || mark === "]") {
      path.pop();
      key = undefined;
      expectKey = false;
    } else if (mark === ",") {
      key = undefined;
      expectKey = true;
    } else if (mark === ":") {
      expectKey = false;
    } else if (string !== undefined) {
      const value = parseString(string);
      if (expectKey) key = value;
      else if (value !== undefined) {
        const member = envelopeMember(path, key);
        if (member !== undefined) found[member] ??= value;
      }
    }
  }
  return found;
}

function envelopeMember(path: readonly (string | undefined)[], key: string | undefined): keyof Envelope | undefined {
  if (path.length === 1 && (key === "kind" || key === "apiVersion")) return key;
  return path.length === 2 && path[1] === "request" && key === "uid" ? "uid" : undefined;
}

function parseString(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
