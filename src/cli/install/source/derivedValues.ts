import { call, derived, installs, item, type Operand, value } from "../expression/build.ts";
import type { Expression, Scope } from "../expression/Expression.ts";
import { isGiven } from "../expression/operations.ts";

/** A value that several places need, computed once. With `over`, a list with each different item once. */
export interface DerivedValue {
  readonly name: string;
  readonly over?: Expression;
  readonly when?: Expression;
  readonly value: Expression;
}

/** An IPv6 address without brackets: it has at least two colons, and nothing but an address. */
const BARE = "^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$";
const isBare = (of: Operand): Expression => call("matches", BARE, of);
/** What stands behind `https://` for a place of the config. */
const inUrl = (of: Operand): Expression =>
  call("choose", isBare(of), call("text", "[", of, "]"), call("replaced", ":443(/.*)?$", of, "$1"));
const ADDRESS = "^([0-9.]+|.*:.*)$";
const POD_CA = "/etc/postern-ca/ca.pem";

const issues = (...kinds: readonly string[]): Expression =>
  call("every", installs("gate"), call("some", ...kinds.map((kind) => call("equals", value("issuer.kind"), kind))));
/** A line of the sync's config. JSON is YAML. */
const line = (key: string, of: Expression): Expression => call("text", key, ": ", call("json", of), "\n");
const optional = (key: string, path = `sync.${key}`): Expression =>
  call("choose", value(path), line(key, value(path)), "");

/** All derived values. Each may use those before it. */
export const derivedValues: readonly DerivedValue[] = [
  {
    name: "places",
    over: call("concatenated", call("list", value("address")), value("hosts")),
    when: item,
    value: item,
  },
  {
    name: "names",
    over: derived("places"),
    value: call(
      "choose",
      isBare(item),
      item,
      call(
        "choose",
        call("matches", "^\\[", item),
        call("replaced", "^\\[([^\\]]*)\\].*$", item, "$1"),
        call("replaced", "^([^:/]*).*$", item, "$1"),
      ),
    ),
  },
  { name: "addresses", over: derived("names"), when: call("matches", ADDRESS, item), value: item },
  { name: "dnsNames", over: derived("names"), when: call("not", call("matches", ADDRESS, item)), value: item },
  {
    name: "urlHosts",
    over: derived("places"),
    when: call("not", call("matches", ":[*]$", item)),
    value: call("choose", isBare(item), inUrl(item), call("replaced", "/.*$", inUrl(item), "")),
  },
  { name: "anyPorts", over: derived("places"), when: call("matches", ":[*]$", item), value: item },
  {
    name: "ports",
    over: derived("places"),
    when: call(
      "every",
      call("not", isBare(item)),
      call("matches", ":[0-9]+(/.*)?$", item),
      call("not", call("matches", ":(443|6443)(/.*)?$", item)),
    ),
    value: call(
      "record",
      "protocol",
      "TCP",
      "port",
      call("number", call("replaced", "^.*:([0-9]+)(/.*)?$", item, "$1")),
    ),
  },
  {
    name: "base",
    value: call(
      "coalesced",
      value("url"),
      call("text", "https://", call("replaced", ":[*]$", inUrl(call("first", derived("places"))), "")),
    ),
  },
  {
    name: "audience",
    value: call("text", call("coalesced", value("capability.url"), derived("base")), "/token"),
  },
  { name: "mode", value: call("coalesced", value("trust.mode"), "pin") },
  {
    name: "roots",
    value: call(
      "concatenated",
      call(
        "choose",
        value("trust.roots"),
        value("trust.roots"),
        call(
          "choose",
          issues("ca"),
          [POD_CA],
          call("choose", issues("acme-http01", "acme-dns01"), ["letsencrypt"], []),
        ),
      ),
      call("choose", value("trust.certificates"), ["./roots.pem"], []),
    ),
  },
  {
    name: "syncConfig",
    value: call(
      "text",
      line("gate", value("gate")),
      line("cluster", value("cluster")),
      optional("url", "url"),
      call(
        "choose",
        call("equals", derived("mode"), "system"),
        'trust: {"mode":"system"}\n',
        line("trust", call("record", "mode", "pin", "roots", derived("roots"))),
      ),
      line("selfTest", call("record", "publicKey", value("selfTest.publicKey"))),
      line("hosts", derived("names")),
      call(
        "choose",
        value("capability.enabled"),
        line(
          "capability",
          call(
            "merged",
            call("record", "tokenFile", "/var/run/secrets/postern-token/token"),
            call(
              "merged",
              call("choose", value("capability.url"), call("record", "url", value("capability.url")), {}),
              call("choose", value("capability.grace"), call("record", "grace", value("capability.grace")), {}),
            ),
          ),
        ),
        "",
      ),
      call("choose", value("breakGlass"), "breakGlass: true\n", ""),
      ...["breakGlassAfter", "announcement", "provider", "soak", "interval", "jitter", "load", "timeouts"].map((key) =>
        optional(key),
      ),
    ),
  },
];

/** The scope for a config: its derived values are computed in their order. */
export function scopeOf(values: unknown): Scope {
  const known = new Map<string, unknown>();
  for (const { name, over, when, value: of } of derivedValues) {
    const scope: Scope = { values, derived: known };
    if (over === undefined) {
      known.set(name, of.evaluate(scope));
      continue;
    }
    const items = over.evaluate(scope);
    const each = (Array.isArray(items) ? items : [])
      .map((it) => ({ ...scope, item: it }))
      .filter((it) => when === undefined || isGiven(when.evaluate(it)))
      .map((it) => of.evaluate(it));
    known.set(name, unique(each));
  }
  return { values, derived: known };
}

function unique(items: readonly unknown[]): unknown[] {
  const seen = new Set<string>();
  return items.filter((it) => {
    const key = JSON.stringify(it);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
