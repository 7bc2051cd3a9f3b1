import type { DecisionRecord } from "../../../records/decision/decisionSchema.ts";
import { printable } from "../../../telemetry/printable.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";

/** A record on one line for people: time, cluster, verdict, request, user, and why it was denied. */
export function recordText(terminal: Terminal, { at, decision }: DecisionRecord): string {
  const { cluster, request, verdict, user } = decision;
  const { operation, kind, namespace, name, subresource, dryRun } = request;
  const object = `${kind?.kind ?? "object"}${subresource === "" ? "" : `/${subresource}`}`;
  const facts = [
    `${operation} ${object} ${namespace === "" ? "" : `${namespace}/`}${name}`,
    ...(dryRun ? ["(dry run)"] : []),
    `by ${user.name ?? user.nameHash ?? "an unrecorded user"}`,
    ...(verdict.allowed ? [] : [`: ${verdict.message ?? ""}`]),
  ];
  const word = verdict.allowed ? "allowed" : "denied ";
  const style = verdict.allowed ? "green" : "red";
  const text = printable(facts.join(" ").replace(" : ", ": "));
  return `${at} ${printable(cluster)} ${paint(terminal, terminal.stdout, style, word)} ${text}`;
}
