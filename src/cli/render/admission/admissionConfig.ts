/** Files on the hosts of the API server. All paths are absolute. */
export interface AdmissionFiles {
  /** The AdmissionConfiguration. */
  readonly config: string;
  /** The kubeconfig that it names. */
  readonly kubeconfig: string;
  readonly certificate?: { readonly file: string; readonly key: string } | undefined;
  /** The file with the bearer token. */
  readonly token?: string | undefined;
}

const API_VERSION = "apiserver.config.k8s.io/v1";
/** The plugins that call admission webhooks. Conversion webhooks have no such file (apiextensions-apiserver, webhook_converter.go). */
const PLUGINS = ["ValidatingAdmissionWebhook", "MutatingAdmissionWebhook"] as const;

/** What `--admission-control-config-file` names: the plugins of webhooks, with one kubeconfig for both. */
export function admissionConfiguration({ kubeconfig }: AdmissionFiles): object {
  return {
    apiVersion: API_VERSION,
    kind: "AdmissionConfiguration",
    plugins: PLUGINS.map((name) => ({
      name,
      configuration: { apiVersion: API_VERSION, kind: "WebhookAdmissionConfiguration", kubeConfigFile: kubeconfig },
    })),
  };
}

/**
 * The kubeconfig of webhook calls: one user, named for the gate, so that no other webhook gets the credential. It has paths and no
 * secret.
 */
export function webhookKubeconfig(gateUrl: string, { certificate, token }: AdmissionFiles): object {
  const user = {
    ...(certificate === undefined ? {} : { "client-certificate": certificate.file, "client-key": certificate.key }),
    ...(token === undefined ? {} : { tokenFile: token }),
  };
  return { apiVersion: "v1", kind: "Config", users: [{ name: webhookUser(gateUrl), user }] };
}

/**
 * The name of the user that the API server looks up for a webhook: `HOST:PORT`, and `HOST` for the port 443 (k8s.io/apiserver,
 * pkg/util/webhook, client.go and authentication.go). For an IPv6 address without a port, it adds brackets to those of the URL.
 */
export function webhookUser(gateUrl: string): string {
  const { host, port } = new URL(gateUrl);
  return port === "" && host.startsWith("[") ? `[${host}]:443` : host;
}
