import { request } from "node:https";
import type { Target } from "../Target.ts";
import { keepOpen } from "./keepOpen.ts";
import type { Stranger } from "./Stranger.ts";

const MEGABYTE = 1_000_000;

/** A review whose Pod has a member of any JSON. The gate of this repository denies it, so that its decision is recorded. */
export function reviewWith(json: string | Buffer): Buffer {
  const request = {
    uid: "u",
    kind: { group: "", version: "v1", kind: "Pod" },
    resource: { group: "", version: "v1", resource: "pods" },
    namespace: "n",
    name: "x",
    operation: "CREATE",
    userInfo: { username: "u" },
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "x", labels: { "bad-label": "x" } },
      spec: { containers: [] },
    },
    oldObject: null,
  };
  const review = JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request });
  const [before = "", after = ""] = review.split('"spec":{');
  return Buffer.concat([Buffer.from(`${before}"spec":{"x":`), Buffer.from(json), Buffer.from(`,${after}`)]);
}

const repeated = (part: string, bytes: number): string => part.repeat(bytes / part.length);
const named = (value: string, bytes: number): string =>
  Array.from({ length: bytes / 14 }, (_, index) => `{"z${index.toString(36)}":${value}},`).join("");

const notUtf8 = (bytes: number): Buffer => Buffer.from(`"${"\xff".repeat(bytes)}"`, "latin1");

/** JSON that takes much memory for its size: over the limit of memory, below it, and at the limit of the body. */
export const costlyJson: Readonly<Record<string, () => string | Buffer>> = {
  "empty objects, 12 MB": () => `[${repeated("{},", 12 * MEGABYTE)}0]`,
  "empty objects, 1.8 MB": () => `[${repeated("{},", 1.8 * MEGABYTE)}0]`,
  "nested lists, 1.8 MB": () => "[".repeat(0.9 * MEGABYTE) + "]".repeat(0.9 * MEGABYTE),
  "names of their own, 1.8 MB": () => `[${named("{}", 1.8 * MEGABYTE)}0]`,
  "indexes, 1 MB": () => `[${repeated('{"32":0},', MEGABYTE)}0]`,
  "strings, 4 MB": () => `[${repeated('"abcdefghijk",', 4 * MEGABYTE)}0]`,
  "one string, 19 MB": () => `"${"x".repeat(19 * MEGABYTE)}"`,
  "one string of bytes that are not UTF-8, 19 MB": () => notUtf8(19 * MEGABYTE),
  "one string of bytes that are not UTF-8, 13 MB": () => notUtf8(13 * MEGABYTE),
  "one string with an escape of two bytes, 17 MB": () => `"${"x".repeat(17 * MEGABYTE)}\\u4e00"`,
  "long integers, 6 MB": () => `[${repeated("9007199254740993,", 6 * MEGABYTE)}0]`,
};

/** Complete bodies that take much memory. */
export const largeBodies: Stranger = async (target, signal, count) => {
  const bodies = Object.values(costlyJson).map((json) => reviewWith(json()));
  let index = 0;
  await keepOpen({ atOnce: 3, pauseMs: 500, signal, count }, async () => {
    index += 1;
    const body = bodies[index % bodies.length];
    if (body !== undefined) await postBody(target, body, index % 3 === 0 ? "mutate" : "validate", signal);
  });
};

/** Posts a body. Resolves to the status; 0 without an answer. */
export function postBody(target: Target, body: Buffer, purpose: string, signal: AbortSignal): Promise<number> {
  const { host, port, ca } = target;
  return new Promise((resolve) => {
    const sent = request(
      {
        host,
        port,
        ca,
        path: `/c/local/${purpose}?timeout=30s`,
        method: "POST",
        agent: false,
        signal,
        headers: { "content-type": "application/json", "content-length": body.length },
      },
      (answer) => {
        answer.on("error", () => undefined).on("close", () => resolve(answer.statusCode ?? 0));
        answer.resume();
      },
    );
    sent.on("error", () => resolve(0));
    sent.end(body);
  });
}
