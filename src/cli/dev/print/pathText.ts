import { readGateUrl } from "../../../protocol/gateUrl.ts";
import { routeOf } from "../../../telemetry/redact/routeOf.ts";

/** A path for people: its route, and the cluster of a call, such as `/c/{cluster}/validate local`. A caller can write a secret into any other part. */
export function pathText(path: string): string {
  const cluster = readGateUrl(`https://dev${path}`)?.cluster;
  return `${routeOf(path)}${cluster === undefined ? "" : ` ${cluster}`}`;
}
