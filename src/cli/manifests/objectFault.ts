import { isJsonObject } from "../../protocol/Json.ts";
import { isOtherDocument, toolFile } from "./notManifest.ts";

/** Why a value is no object for an API server. */
export interface ObjectFault {
  /** The keys of the faulty value inside the object; empty for the object itself. */
  readonly keys: readonly string[];
  readonly message: string;
  /** What a document is, when it is something other than an object. */
  readonly other?: string;
}

/** GROUP/VERSION, or VERSION of the group that has no name. */
const API_VERSION = /^(?:[^/\s]+\/)?[^/\s]+$/;
/** Fields of ObjectMeta (meta/v1) that are strings, and maps of strings. An API server refuses other types. */
const STRINGS = ["name", "generateName", "namespace"];
const MAPS = ["labels", "annotations"];

/** The first fault of a value as an object. `isWhole`: it is a document, not an item of a list. */
export function objectFault(object: unknown, isWhole: boolean): ObjectFault | undefined {
  const tool = toolFile(object);
  if (tool !== undefined) return { keys: [], message: `is ${tool}, not an object of a cluster`, other: tool };
  const fault = shapeFault(object);
  if (fault === undefined) return undefined;
  return { ...fault, ...(isWhole && isOtherDocument(object) ? { other: "no apiVersion and kind" } : {}) };
}

/** What a value is, in words of YAML: `a number`. */
export function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "bigint") return "a number";
  return `a ${typeof value}`;
}

function shapeFault(object: unknown): ObjectFault | undefined {
  if (!isJsonObject(object)) return { keys: [], message: "is not an object; expected apiVersion, kind and metadata" };
  for (const key of ["apiVersion", "kind"]) {
    const value = object[key] ?? "";
    if (value === "") return { keys: [], message: `has no ${key}; every object needs apiVersion and kind` };
    if (typeof value !== "string") return { keys: [key], message: `is ${typeOf(value)}; expected a string` };
  }
  if (!API_VERSION.test(String(object.apiVersion)))
    return { keys: ["apiVersion"], message: "expected VERSION or GROUP/VERSION, such as apps/v1" };
  return isJsonObject(object.metadata) ? metadataFault(object.metadata) : undefined;
}

function metadataFault(metadata: Readonly<Record<string, unknown>>): ObjectFault | undefined {
  for (const key of STRINGS) {
    const message = stringFault(metadata[key]);
    if (message !== undefined) return { keys: ["metadata", key], message };
  }
  for (const key of MAPS) {
    const map = metadata[key] ?? {};
    if (!isJsonObject(map)) return { keys: ["metadata", key], message: `is ${typeOf(map)}; expected a map` };
    for (const [name, value] of Object.entries(map)) {
      const message = stringFault(value);
      if (message !== undefined) return { keys: ["metadata", key, name], message };
    }
  }
  return undefined;
}

/** An API server reads null as an empty string. */
function stringFault(value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === "string") return undefined;
  const quotes = typeof value === "object" ? "" : "; put quotes around it";
  return `is ${typeOf(value)}; expected a string${quotes}`;
}
