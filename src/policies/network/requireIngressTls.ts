import * as z from "zod/mini";
import { annotationKey } from "../annotationKey.ts";
import { builtin } from "../builtin.ts";

/**
 * Denies Ingresses with a host that no entry of `spec.tls` covers, so that clients do not send passwords in plain text. An
 * entry covers its hosts, with `*.` those one label below, and without hosts all of them. A rule without a host is for all
 * hosts, so only an entry without hosts covers it, and so is the default backend, which gets each host without a rule. An
 * Ingress without rules needs any entry. A rule with only paths of ACME challenges needs none: the authority asks by plain
 * HTTP, before there is a certificate. An Ingress with one of `certificateAnnotations` needs none: its load balancer has the
 * certificate.
 */
export const requireIngressTls = builtin({
  name: "require-ingress-tls",
  description: "Each host of an Ingress must have an entry in spec.tls",
  // Only controllers write the status of an Ingress.
  match: { resources: ["ingresses"], unasked: ["ingresses/status"] },
  params: {
    /** Annotations that an Ingress must have with this value, so that its controller serves no plain HTTP, such as `"kubernetes.io/ingress.allow-http": "false"`. */
    requiredAnnotations: z._default(z.record(annotationKey, z.string()), {}),
    /**
     * Annotations that name the certificates of a load balancer, such as `alb.ingress.kubernetes.io/certificate-arn` of EKS and
     * `networking.gke.io/managed-certificates` of GKE. An Ingress in which one has a value needs no entry of `spec.tls`. Other
     * controllers ignore these annotations, so name only those of the controllers that the cluster has.
     */
    certificateAnnotations: z._default(z.array(annotationKey), []),
  },
  validations: (on) => [
    on("spec.rules[]", {
      fault: ({ host = "", http }, { object, params }) =>
        !params.certificateAnnotations.some((key) => (object.metadata?.annotations?.[key] ?? "") !== "") &&
        // As cert-manager makes them. A controller may read a path as a pattern, so it has nothing but the token.
        !(
          (http?.paths ?? []).length > 0 &&
          (http?.paths ?? []).every(({ path = "" }) => /^\/\.well-known\/acme-challenge\/[\w-]*$/.test(path))
        ) &&
        !(object.spec?.tls ?? []).some(
          ({ hosts = [] }) =>
            hosts.length === 0 ||
            hosts.some(
              (it) =>
                it === host ||
                // `*.example.com` without its star is `.example.com`.
                (it.startsWith("*.") &&
                  host.endsWith(it.split("*").join("")) &&
                  host.split(".").length === it.split(".").length),
            ),
        ),
      lookup: ({ object, params }) => {
        const annotations = object.metadata?.annotations ?? {};
        if (params.certificateAnnotations.some((key) => (annotations[key] ?? "") !== "")) return () => false;
        const entries = object.spec?.tls ?? [];
        const hosts = entries.flatMap((entry) => entry.hosts ?? []);
        const coversAll = entries.some((entry) => (entry.hosts ?? []).length === 0);
        const exact = new Set(hosts);
        const wildcards = new Set(hosts.filter((it) => it.startsWith("*.")).map((it) => it.replaceAll("*", "")));
        return ({ host = "", http }) => {
          const paths = http?.paths ?? [];
          const isChallenge = ({ path = "" }) => /^\/\.well-known\/acme-challenge\/[\w-]*$/.test(path);
          if (paths.length > 0 && paths.every(isChallenge)) return false;
          const dot = host.indexOf(".");
          return !coversAll && !exact.has(host) && (dot < 0 || !wildcards.has(host.slice(dot)));
        };
      },
      at: "host",
      message: ({ host = "" }, { at }) =>
        host === ""
          ? `${at}: a rule without a host is for all hosts, and no entry of spec.tls is; name the host`
          : `${at}: the host '${host}' is in no entry of spec.tls; add it there with the Secret of its certificate`,
    }),
    on("", {
      fault: ({ metadata, spec }, { params }) =>
        (spec?.rules ?? []).length === 0 &&
        (spec?.tls ?? []).length === 0 &&
        !params.certificateAnnotations.some((key) => (metadata?.annotations?.[key] ?? "") !== ""),
      at: "spec.tls",
      message: (_, { at }) => `${at}: the Ingress has no entry with the Secret of a certificate; add one`,
    }),
    on("spec.defaultBackend", {
      // Without any entry, the conditions above have said so.
      fault: (_, { object, params }) =>
        (object.spec?.tls ?? []).length > 0 &&
        !(object.spec?.tls ?? []).some(({ hosts }) => (hosts ?? []).length === 0) &&
        !params.certificateAnnotations.some((key) => (object.metadata?.annotations?.[key] ?? "") !== ""),
      message: (_, { at }) =>
        `${at}: it gets the requests for each host without a rule, and no entry of spec.tls is for all hosts; add one without hosts, or remove the default backend`,
    }),
    on("", {
      fault: ({ metadata, spec }, { params }) =>
        // An Ingress of challenges only.
        !(
          spec?.defaultBackend == null &&
          (spec?.rules ?? []).length > 0 &&
          (spec?.rules ?? []).every(
            ({ http }) =>
              (http?.paths ?? []).length > 0 &&
              (http?.paths ?? []).every(({ path = "" }) => /^\/\.well-known\/acme-challenge\/[\w-]*$/.test(path)),
          )
        ) &&
        Object.keys(params.requiredAnnotations).some(
          (key) => metadata?.annotations?.[key] !== params.requiredAnnotations[key],
        ),
      // An update is compared by this value: all annotations would make each change of another one a new fault.
      at: "metadata.name",
      message: (_, { params }) =>
        `metadata.annotations: the Ingress must not serve plain HTTP; set ${Object.keys(params.requiredAnnotations)
          .map((key) => `${key}: "${params.requiredAnnotations[key]}"`)
          .join(", ")}`,
    }),
  ],
});
