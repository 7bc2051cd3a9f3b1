const SLOTS = { main: "POSTERN", standby: "POSTERN_STANDBY" } as const;

/**
 * A strategic merge patch of the gate's Deployment, by which it reads both pairs from files that are mounted one by one, by
 * subPath, and so are never brought up to date. All Pods are replaced at once.
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
  // Such files lie without the Secret's ca.crt beside them.
  env.push({ name: "POSTERN_TLS_ALLOW_LEAF_ONLY", value: "1" });
  return {
    spec: {
      strategy: { type: "Recreate", rollingUpdate: null },
      template: { spec: { containers: [{ name: "gate", env, volumeMounts }] } },
    },
  };
}
