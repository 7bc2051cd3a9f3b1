import type { Container, Volume } from "kubernetes-types/core/v1.js";
import { describe, expect, it } from "vitest";
import {
  dropForgedTokenMounts,
  TOKEN_PATH,
  tokenVolumeNames,
} from "../../../src/policies/sidecar/dropForgedTokenMounts.ts";

const mount = { name: "kube-api-access-x1", mountPath: TOKEN_PATH, readOnly: true };
const other = { name: "data", mountPath: "/data" };
const token = { serviceAccountToken: { path: "token", expirationSeconds: 3607 } };
const ca = { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } };
const namespace = { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } };
const declared: Container = { name: "side", image: "r/side:1" };

function mountsAfter(volumes: readonly Partial<Volume>[] | undefined, wanted: Container = declared) {
  const container: Container = { ...declared, volumeMounts: [other, mount] };
  dropForgedTokenMounts(container, wanted, tokenVolumeNames(volumes as readonly Volume[] | undefined));
  return container.volumeMounts;
}

describe("dropForgedTokenMounts keeps the mount", () => {
  it("of the volume that the ServiceAccount plugin makes", () => {
    expect(mountsAfter([{ name: mount.name, projected: { sources: [token, ca, namespace] } }])).toEqual([other, mount]);
  });

  it("that is declared", () => {
    const volumes = [{ name: mount.name, secret: { secretName: "own" } }];
    expect(mountsAfter(volumes, { ...declared, volumeMounts: [mount] })).toEqual([other, mount]);
  });
});

describe("dropForgedTokenMounts removes the mount of", () => {
  it.each<[what: string, volumes: readonly Partial<Volume>[] | undefined]>([
    ["no volume", undefined],
    ["a volume of another name", [{ name: "x", projected: { sources: [token] } }]],
    ["a ConfigMap", [{ name: mount.name, configMap: { name: "evil" } }]],
    ["a Secret", [{ name: mount.name, secret: { secretName: "evil" } }]],
    ["a path of the host", [{ name: mount.name, hostPath: { path: "/tmp" } }]],
    ["a projection without a token", [{ name: mount.name, projected: { sources: [ca] } }]],
    [
      "a projection of another ConfigMap",
      [{ name: mount.name, projected: { sources: [token, { configMap: { name: "evil" } }] } }],
    ],
    ["a projection of a Secret", [{ name: mount.name, projected: { sources: [token, { secret: { name: "evil" } }] } }]],
    [
      "a token for another audience",
      [{ name: mount.name, projected: { sources: [{ serviceAccountToken: { path: "token", audience: "evil" } }] } }],
    ],
  ])("%s", (_, volumes) => {
    expect(mountsAfter(volumes)).toEqual([other]);
  });
});
