import { call, derived, installs, value } from "../expression/build.ts";
import type { Expression, Scope } from "../expression/Expression.ts";
import { isGiven } from "../expression/operations.ts";

/** A fault of a config that its schema cannot find. */
export interface ConfigCheck {
  /** The key that the message begins with. */
  readonly key: string;
  readonly when: Expression;
  readonly message: string;
}

const both = (...of: readonly Expression[]): Expression => call("every", ...of);
const not = (of: Expression): Expression => call("not", of);
const missing = (path: string): Expression => not(value(path));
const kind = (...names: readonly string[]): Expression =>
  call("some", ...names.map((name) => call("equals", value("issuer.kind"), name)));
const sync = installs("sync", "watch");
const gate = installs("gate");
const isPinned = (path: string): Expression => call("matches", "@sha256:[0-9a-f]{64}$", value(path));
/** A URL that names the same place as another text: the gate compares the audience of a token with its own. */
const hasOtherSpelling = (path: string): Expression =>
  both(value(path), call("matches", "^https://[^/]*[A-Z]|:443(/.*)?$|/$", value(path)));
const requestTier = call(
  "some",
  call("includes", "jwt", value("identity.tiers")),
  call("includes", "capability", value("identity.tiers")),
);

/** All checks. `postern install` and the Helm chart make the same ones. */
export const configChecks: readonly ConfigCheck[] = [
  {
    key: "components",
    when: both(installs("sync"), installs("watch")),
    message: "has sync and watch; choose one: both run the sync",
  },
  {
    key: "hosts",
    when: both(installs("sync", "watch", "gate"), not(derived("places"))),
    message: "is empty; list the hosts of the gate's URL, such as gate.example.com, or set address",
  },
  {
    key: "cluster",
    when: both(sync, missing("cluster")),
    message: "is missing; expected the cluster's name in the gate",
  },
  {
    key: "selfTest.publicKey",
    when: both(sync, missing("selfTest.publicKey")),
    message: "is missing; expected the public part of the gate's POSTERN_SIGNING_KEY",
  },
  ...["url", "capability.url"].map((key) => ({
    key,
    when: hasOtherSpelling(key),
    message: "is not as the gate writes it; write its host in lower case, without :443 and without / at the end",
  })),
  {
    key: "trust",
    when: both(sync, call("equals", derived("mode"), "pin"), not(derived("roots"))),
    message: "has no roots; list catalogues in trust.roots, set trust.certificates, or set trust.mode to system",
  },
  {
    key: "trust",
    when: both(
      call("equals", derived("mode"), "system"),
      call("some", value("trust.roots"), value("trust.certificates")),
    ),
    message: "has roots, and mode system uses none; leave one out",
  },
  {
    key: "trust.roots",
    when: both(call("includes", "/etc/postern-ca/ca.pem", value("trust.roots")), not(both(gate, kind("ca")))),
    message: "has /etc/postern-ca/ca.pem, which only the component gate with issuer.kind ca mounts",
  },
  {
    key: "images.postern",
    when: both(installs("sync", "watch", "rollout", "tls-sidecar"), missing("images.postern")),
    message: "is missing; expected the image of infra/container/Dockerfile, with a tag or a digest",
  },
  {
    key: "images.gate",
    when: both(gate, missing("images.gate")),
    message: "is missing; expected the image of your gate, with a tag or a digest",
  },
  {
    key: "issuer.email",
    when: both(gate, kind("acme-http01", "acme-dns01"), missing("issuer.email")),
    message: "is missing; the CA sends messages about the account there",
  },
  {
    key: "hosts",
    when: both(gate, kind("acme-http01", "acme-dns01"), derived("addresses")),
    message: "and address name an address, for which an ACME CA issues no certificate; use host names",
  },
  {
    key: "issuer.existing",
    when: both(gate, kind("existing"), missing("issuer.existing")),
    message: "is missing; expected the name of an Issuer, and its kind",
  },
  {
    key: "issuer.kind",
    when: both(value("issuer.existing"), not(kind("existing"))),
    message: "is not existing, and issuer.existing is set; leave one out",
  },
  {
    key: "identity.tiers",
    when: both(gate, sync, value("capability.enabled"), not(call("includes", "capability", value("identity.tiers")))),
    message: "has no capability, with which this cluster calls the gate; add it, or set capability.enabled to false",
  },
  {
    key: "hosts",
    when: both(gate, requestTier, derived("anyPorts")),
    message: "has HOST:*, and the tiers jwt and capability need each port; list them",
  },
  {
    key: "service.loadBalancerClass",
    when: both(gate, value("service.loadBalancerClass"), not(call("equals", value("service.type"), "LoadBalancer"))),
    message: "is only for service.type LoadBalancer; set that, or leave it out",
  },
  {
    key: "tlsSidecar.namespace",
    when: both(installs("tls-sidecar"), missing("tlsSidecar.namespace")),
    message: "is missing; expected the namespace of the Secrets tls-main and tls-standby",
  },
  {
    key: "images.postern",
    when: both(value("pinnedImages"), value("images.postern"), not(isPinned("images.postern"))),
    message: "has no digest, and pinnedImages refuses it; write NAME@sha256:DIGEST",
  },
  {
    key: "images.gate",
    when: both(value("pinnedImages"), value("images.gate"), not(isPinned("images.gate"))),
    message: "has no digest, and pinnedImages refuses it; write NAME@sha256:DIGEST",
  },
];

/** The checks that a config does not pass. */
export function failedChecks(scope: Scope): readonly ConfigCheck[] {
  return configChecks.filter(({ when }) => isGiven(when.evaluate(scope)));
}
