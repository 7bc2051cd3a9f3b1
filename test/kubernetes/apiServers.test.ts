import { expect, it } from "vitest";
import { apiServers } from "../../src/kubernetes/apiServers.ts";
import type { ApiRequest, KubernetesApi } from "../../src/kubernetes/KubernetesApi.ts";

const slice = (hosts: readonly string[], port = 6443): object => ({
  endpoints: hosts.map((host) => ({ addresses: [host] })),
  ports: [{ name: "https", port }],
});
const ok = (body: object): ReturnType<KubernetesApi> => Promise.resolve({ status: 200, body: { ...body } });

it.each([
  ["one address is listed", [slice(["10.0.0.1"])], [], ["balanced"], undefined],
  ["no slice is listed", [], [], ["balanced"], undefined],
  ["two addresses answer", [slice(["10.0.0.1", "10.0.0.2"])], [], ["10.0.0.1:6443", "10.0.0.2:6443"], undefined],
  [
    "two slices list an IPv4 and an IPv6 address",
    [slice(["10.0.0.1"]), slice(["fd00::1"], 443)],
    [],
    ["10.0.0.1:6443", "fd00::1:443"],
    undefined,
  ],
  [
    "one of two addresses answers",
    [slice(["10.0.0.1", "10.0.0.2"])],
    ["10.0.0.2"],
    ["10.0.0.1:6443"],
    /^1 of 2 API servers cannot be reached/,
  ],
  [
    "no address answers",
    [slice(["10.0.0.1", "10.0.0.2"])],
    ["10.0.0.1", "10.0.0.2"],
    ["balanced"],
    /behind one address/,
  ],
])("apiServers returns the clients to call when %s", async (_, items, silent, called, note) => {
  const calls: string[] = [];
  const clientOf =
    (name: string, host = ""): KubernetesApi =>
    ({ path }: ApiRequest) => {
      if (path === "/called") calls.push(name);
      if (silent.some((it) => it === host)) return Promise.reject(new Error("no answer"));
      return ok({ items });
    };
  const servers = await apiServers(clientOf("balanced"), (host, port) => clientOf(`${host}:${port}`, host));
  for (const api of servers.apis) await api({ method: "GET", path: "/called" });
  expect(calls).toEqual(called);
  expect(servers.isPartial).toBe(silent.length === 1);
  if (note === undefined) expect(servers.note).toBeUndefined();
  else expect(servers.note).toMatch(note);
});

it.each<[string, () => ReturnType<KubernetesApi>, string]>([
  ["does not answer", () => Promise.reject(new Error("no")), ""],
  ["refuses the list", () => Promise.resolve({ status: 429, body: { message: "not now" } }), ": 429 not now"],
])("apiServers returns the given client and a note when the API server %s", async (_, api, reason) => {
  const note = `the API servers cannot be listed, only the one that answers is checked${reason}`;
  expect(await apiServers(api, () => api)).toEqual({ apis: [api], note, isPartial: true });
});
