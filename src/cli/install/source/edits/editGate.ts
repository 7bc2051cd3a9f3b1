import { call, derived, installs, value } from "../../expression/build.ts";
import type { Expression } from "../../expression/Expression.ts";
import { Conditional, Spread } from "../../expression/Template.ts";
import type { ManifestSet } from "../ManifestSet.ts";

const DEPLOYMENT = "Deployment/postern-gate";
const POD = "/spec/template/spec";
const CONTAINER = `${POD}/containers/gate`;
const hasTier = (tier: string): Expression => call("includes", tier, value("identity.tiers"));
const CLIENT_CA = { name: "postern-gate-client-ca", file: "ca.pem", folder: "/etc/postern/client-ca" };

/** Puts the config of the gate into its objects. */
export function editGate(set: ManifestSet): void {
  for (const name of ["Certificate/tls-main", "Certificate/tls-standby"]) {
    set.only(derived("dnsNames"), name, "/spec/dnsNames", derived("dnsNames"));
    set.only(derived("addresses"), name, "/spec/ipAddresses", derived("addresses"));
    const isExisting = call("equals", value("issuer.kind"), "existing");
    set.setIf(isExisting, name, "/spec/issuerRef", issuerRef("issuer.existing"));
  }
  set.setIf(value("issuer.standby"), "Certificate/tls-standby", "/spec/issuerRef", issuerRef("issuer.standby"));
  editWorkload(set);

  const service = "Service/postern-gate";
  set.only(value("address"), service, "/spec/clusterIP", value("address"));
  const isPlain = call("equals", value("service.type"), "ClusterIP");
  set.only(call("not", isPlain), service, "/spec/type", value("service.type"));
  set.only(value("service.loadBalancerClass"), service, "/spec/loadBalancerClass", value("service.loadBalancerClass"));
  set.only(value("service.annotations"), service, "/metadata/annotations", value("service.annotations"));
  set.only(value("egress.gate"), "NetworkPolicy/postern-gate", "/spec/egress", value("egress.gate"));
  set.add("gate/client-ca.yaml", call("every", installs("gate"), value("identity.clientCertificates")), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: CLIENT_CA.name, namespace: "postern-system", labels: { "app.kubernetes.io/part-of": "postern" } },
    data: { [CLIENT_CA.file]: "" },
  });
  set.set(`ConfigMap/${CLIENT_CA.name}`, `/data/${CLIENT_CA.file}`, value("identity.clientCertificates"));
}

function editWorkload(set: ManifestSet): void {
  set.set(DEPLOYMENT, "/spec/replicas", value("replicas.gate"));
  set.set(DEPLOYMENT, `${CONTAINER}/image`, value("images.gate"));
  set.set(DEPLOYMENT, `${CONTAINER}/resources`, value("resources.gate"));
  set.set(DEPLOYMENT, `${CONTAINER}/env/POSTERN_TLS_HOSTS/value`, call("joined", ",", derived("names")));
  const adds = (when: Expression, pointer: string, tree: unknown): void =>
    set.setIf(when, DEPLOYMENT, `${pointer}/-`, tree);
  adds(call("some", hasTier("jwt"), hasTier("capability")), `${CONTAINER}/env`, {
    name: "POSTERN_HOSTS",
    value: call("joined", ",", derived("urlHosts")),
  });
  adds(hasTier("capability"), `${CONTAINER}/env`, {
    name: "POSTERN_CAPABILITY_KEYS",
    valueFrom: { secretKeyRef: { name: "postern-gate-capability-keys", key: "keys.json" } },
  });
  const certificate = hasTier("client-certificate");
  adds(certificate, `${CONTAINER}/env`, {
    name: "POSTERN_CLIENT_CA_FILE",
    value: `${CLIENT_CA.folder}/${CLIENT_CA.file}`,
  });
  set.set(DEPLOYMENT, `${CONTAINER}/env/-`, new Spread(value("env.gate")));
  adds(certificate, `${CONTAINER}/volumeMounts`, { name: "client-ca", mountPath: CLIENT_CA.folder, readOnly: true });
  adds(certificate, `${POD}/volumes`, { name: "client-ca", configMap: { name: CLIENT_CA.name } });
}

function issuerRef(path: string): object {
  return {
    group: call("coalesced", value(`${path}.group`), "cert-manager.io"),
    kind: call("coalesced", value(`${path}.kind`), "Issuer"),
    name: value(`${path}.name`),
  };
}

/** Puts the ACME account and its solver into the Issuers. */
export function editIssuers(set: ManifestSet): void {
  for (const kind of ["http01", "dns01"]) {
    const name = `components/issuer-acme-${kind}/issuer.yaml:Issuer/postern-gate`;
    set.set(name, "/spec/acme/server", value("issuer.server"));
    set.set(name, "/spec/acme/email", value("issuer.email"));
  }
  const [http, dns] = ["http01", "dns01"].map(
    (kind) => `components/issuer-acme-${kind}/issuer.yaml:Issuer/postern-gate`,
  );
  set.set(`${http}`, "/spec/acme/solvers/0/http01/ingress/class", value("issuer.ingressClass"));
  set.change(
    `${dns}`,
    "/spec/acme/solvers/0/dns01",
    (before) => new Conditional(value("issuer.dns01"), value("issuer.dns01"), before),
  );
}
