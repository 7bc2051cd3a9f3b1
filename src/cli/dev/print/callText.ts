import { printable } from "../../../telemetry/printable.ts";
import { pathText } from "./pathText.ts";

/** What a call asks, for people: `create pods default/web (/c/{cluster}/validate local)`. Only the route for another body. */
export function callText(path: string, body: Uint8Array | undefined): string {
  let request: Record<string, unknown> = {};
  try {
    request = Object(Object(JSON.parse(new TextDecoder().decode(body))).request);
  } catch {
    // Not a review.
  }
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const [verb, resource] = [text(request.operation).toLowerCase(), text(Object(request.resource).resource)];
  if (verb === "" || resource === "") return printable(pathText(path));
  const [namespace, name] = [text(request.namespace), text(request.name) || "(no name yet)"];
  return printable(`${verb} ${resource} ${namespace === "" ? "" : `${namespace}/`}${name} (${pathText(path)})`);
}
