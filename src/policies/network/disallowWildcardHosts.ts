import * as z from "zod/mini";
import { builtin } from "../builtin.ts";

/**
 * Denies Ingresses for hosts with a wildcard, and for all hosts: with a rule without a host, or with a default backend, which
 * gets what no rule takes. They take requests for hosts of other teams. Hosts in annotations of a controller, such as
 * `server-alias` of ingress-nginx, are not seen.
 */
export const disallowWildcardHosts = builtin({
  name: "disallow-wildcard-hosts",
  description: "Rules of an Ingress must name a host without a wildcard",
  match: { resources: ["ingresses"] },
  params: {
    /** Wildcards that are allowed, such as `*.preview.example.com`. */
    allowed: z._default(
      z.array(z.string().check(z.regex(/^\*(?:\.[a-z0-9-]+)+$/, "is not a host such as *.preview.example.com"))),
      [],
    ),
    /** Whether an Ingress may be for all hosts. */
    allowAnyHost: z._default(z.boolean(), false),
  },
  validations: (on) => [
    on("spec.rules[]", {
      fault: ({ host = "" }, { params }) => host.startsWith("*") && !params.allowed.includes(host),
      at: "host",
      message: ({ host = "" }, { at }) => `${at}: the host '${host}' is a wildcard; name each host`,
    }),
    on("spec.rules[]", {
      fault: ({ host = "" }, { params }) => !params.allowAnyHost && host === "",
      at: "host",
      message: (_, { at }) => `${at}: a rule without a host is for all hosts; name the host`,
    }),
    on("", {
      fault: ({ spec }, { params }) =>
        !params.allowAnyHost && spec?.defaultBackend != null && (spec?.rules ?? []).length > 0,
      at: "spec.defaultBackend",
      message: (_, { at }) =>
        `${at}: a default backend beside rules gets the requests for all other hosts; add a path to the rules instead`,
    }),
    on("", {
      fault: ({ spec }, { params }) => !params.allowAnyHost && (spec?.rules ?? []).length === 0,
      at: "spec.rules",
      message: (_, { at }) => `${at}: an Ingress without rules is for all hosts; add a rule with a host`,
    }),
  ],
});
