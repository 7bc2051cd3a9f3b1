import { call, value } from "../../expression/build.ts";
import type { ManifestSet } from "../ManifestSet.ts";

/** Puts the config of the TLS sidecar into its objects. */
export function editSidecar(set: ManifestSet): void {
  const deployment = "Deployment/tls-sidecar-nginx";
  for (const kind of ["Deployment", "NetworkPolicy", "ConfigMap"])
    set.only(
      value("tlsSidecar.namespace"),
      `${kind}/tls-sidecar-nginx`,
      "/metadata/namespace",
      value("tlsSidecar.namespace"),
    );
  set.set(deployment, "/spec/replicas", call("choose", value("suspend"), 0, value("replicas.tlsSidecar")));
  for (const container of ["initContainers/first-certificate", "containers/tls-sidecar"]) {
    set.set(deployment, `/spec/template/spec/${container}/image`, value("images.postern"));
    set.set(deployment, `/spec/template/spec/${container}/resources`, value("resources.tlsSidecar"));
  }
  set.setIf(value("images.nginx"), deployment, "/spec/template/spec/containers/nginx/image", value("images.nginx"));
  set.set(deployment, "/spec/template/spec/containers/nginx/resources", value("resources.nginx"));
}
