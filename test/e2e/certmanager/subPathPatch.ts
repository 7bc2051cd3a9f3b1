const SLOTS = { main: "POSTERN", standby: "POSTERN_STANDBY" } as const;

/**
 * Returns a strategic merge patch for the Deployment of the gate. The gate then reads both pairs from files that are
 * mounted by subPath, which the kubelet never updates. The Recreate strategy replaces all Pods.
 */
export function subPathPatch(): object {
  const [volumeMounts, env]: [object[], object[]] = [[], []];
  for (const [slot, prefix] of Object.entries(SLOTS))
    for (const [file, variable] of [
      ["tls.crt", "CERT"],
      ["tls.key", "KEY"],
    ]) {
      const mountPath = `/etc/postern/fixed-${slot}/${file}`;
      volumeMounts.push({ name: `tls-${slot}`, mountPath, subPath: file });
      env.push({ name: `${prefix}_${variable}`, value: mountPath });
    }
  // The ca.crt of the Secret is not mounted next to these files.
  env.push({ name: "POSTERN_TLS_ALLOW_LEAF_ONLY", value: "1" });
  return {
    spec: {
      strategy: { type: "Recreate", rollingUpdate: null },
      template: { spec: { containers: [{ name: "gate", env, volumeMounts }] } },
    },
  };
}
