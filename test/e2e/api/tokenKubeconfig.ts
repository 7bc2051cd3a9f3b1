/** Returns a kubeconfig, as JSON, that authenticates with `token`. `place` has the URL and the CA of the API server. */
export function tokenKubeconfig(place: { readonly server: string; readonly ca: string }, token: string): string {
  const ca = Buffer.from(place.ca).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: place.server, "certificate-authority-data": ca } }],
    users: [{ name: "sync", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "sync" } }],
    "current-context": "test",
  });
}
