import { expect, it } from "vitest";
import { apiServers } from "../../src/kubernetes/apiServers.ts";
import type { ApiRequest, KubernetesApi } from "../../src/kubernetes/KubernetesApi.ts";

const slice = (hosts: readonly string[], port = 6443): object => ({
  endpoints: hosts.map((host) => ({ addresses: [host] })),
  ports: [{ name: "https", port }],
});
const ok = (body: object): ReturnType<KubernetesApi> => Promise.resolve({ status: 200, body: { ...body } });

it.each([
  ["one address", [slice(["10.0.0.1"])], [], ["balanced"], undefined],
  ["no slice", [], [], ["balanced"], undefined],
  ["two that answer", [slice(["10.0.0.1", "10.0.0.2"])], [], ["10.0.0.1:6443", "10.0.0.2:6443"], undefined],
  [
    "two slices, IPv6 among them",
    [slice(["10.0.0.1"]), slice(["fd00::1"], 443)],
    [],
    ["10.0.0.1:6443", "fd00::1:443"],
    undefined,
  ],
  [
    "one of two that answers",
    [slice(["10.0.0.1", "10.0.0.2"])],
    ["10.0.0.2"],
    ["10.0.0.1:6443"],
    /^1 of 2 API servers cannot be asked/,
  ],
  [
    "none that answers",
    [slice(["10.0.0.1", "10.0.0.2"])],
    ["10.0.0.1", "10.0.0.2"],
    ["balanced"],
    /behind one address/,
  ],
])("%s", async (_, items, silent, asked, note) => {
  const calls: string[] = [];
  const way =
    (name: string, host = ""): KubernetesApi =>
    ({ path }: ApiRequest) => {
      if (path === "/asked") calls.push(name);
      if (silent.some((it) => it === host)) return Promise.reject(new Error("no answer"));
      return ok({ items });
    };
  const servers = await apiServers(way("balanced"), (host, port) => way(`${host}:${port}`, host));
  for (const api of servers.apis) await api({ method: "GET", path: "/asked" });
  expect(calls).toEqual(asked);
  expect(servers.isPartial).toBe(silent.length === 1);
  if (note === undefined) expect(servers.note).toBeUndefined();
  else expect(servers.note).toMatch(note);
});

it.each<[string, () => ReturnType<KubernetesApi>, string]>([
  ["does not answer", () => Promise.reject(new Error("no")), ""],
  ["refuses to say", () => Promise.resolve({ status: 429, body: { message: "not now" } }), ": 429 not now"],
])("a cluster that %s is asked the one way that there is, and that is said", async (_, api, why) => {
  const note = `the API servers cannot be listed: whichever answers speaks for all${why}`;
  expect(await apiServers(api, () => api)).toEqual({ apis: [api], note, isPartial: true });
});
