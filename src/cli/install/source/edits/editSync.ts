import { call, derived, value } from "../../expression/build.ts";
import { Conditional, Spread } from "../../expression/Template.ts";
import type { ManifestSet } from "../ManifestSet.ts";

const JOB = "CronJob/postern-sync";
const JOB_POD = "/spec/jobTemplate/spec/template";
const DEPLOYMENT = "Deployment/postern-sync";

/** Puts the config of the sync into its objects. */
export function editSync(set: ManifestSet): void {
  const gate = value("gate");
  const role = "ClusterRole/postern-sync";
  set.set(role, "/rules/1/resourceNames", [gate, call("text", gate, ".canary")]);
  set.set(role, "/rules/3/resourceNames", [
    call("text", "selftests.", gate, ".selftest.postern.dev"),
    new Spread(value("crds")),
  ]);
  set.set("Role/postern-sync@postern-selftest", "/rules/1/apiGroups", [call("text", gate, ".selftest.postern.dev")]);

  const settings = "ConfigMap/postern-sync";
  set.set(settings, "/data/sync.yaml", derived("syncConfig"));
  set.set(settings, "/data/hosts", call("text", call("joined", "\n", derived("places")), "\n"));
  set.only(value("breakGlass"), settings, "/data/breakGlass", "true");
  set.only(value("trust.certificates"), settings, "/data/roots.pem", value("trust.certificates"));

  set.only(value("suspend"), JOB, "/spec/suspend", true);
  set.set(JOB, "/spec/schedule", value("schedule"));
  set.set(DEPLOYMENT, "/spec/replicas", call("choose", value("suspend"), 0, 1));
  editContainer(set, JOB, JOB_POD, "sync");
  editContainer(set, DEPLOYMENT, "/spec/template", "watch");

  const policy = "NetworkPolicy/postern-sync";
  set.set(policy, "/spec/egress/0/ports/-", new Spread(derived("ports")));
  set.set(policy, "/spec/egress/-", new Spread(value("egress.sync")));
}

function editContainer(set: ManifestSet, object: string, pod: string, key: string): void {
  const container = `${pod}/spec/containers/sync`;
  set.set(object, `${container}/image`, value("images.postern"));
  set.set(object, `${container}/resources`, value(`resources.${key}`));
  set.only(call("some", value("env.sync"), value("providerHosts")), object, `${container}/env`, [
    new Conditional(value("providerHosts"), {
      name: "POSTERN_PROVIDER_HOSTS",
      value: call("joined", ",", value("providerHosts")),
    }),
    new Spread(value("env.sync")),
  ]);
  set.setIf(value("providerSecret"), object, `${pod}/spec/volumes/-`, {
    name: "provider",
    secret: { secretName: value("providerSecret") },
  });
  set.setIf(value("providerSecret"), object, `${container}/volumeMounts/-`, {
    name: "provider",
    mountPath: "/var/run/secrets/postern",
    readOnly: true,
  });
}

/** Puts the audience of the token for capabilities into the volumes that the component `capability` adds. */
export function editAudience(set: ManifestSet): void {
  for (const [object, pod] of [
    [JOB, JOB_POD],
    [DEPLOYMENT, "/spec/template"],
  ] as const)
    set.change(object, `${pod}/spec/volumes`, (volumes) =>
      Array.isArray(volumes) ? volumes.map((it) => withAudience(it)) : volumes,
    );
}

function withAudience(volume: unknown): unknown {
  if (!(volume instanceof Conditional)) return volume;
  const text = JSON.stringify(volume.value);
  if (!text.includes('"audience"')) return volume;
  const tree: unknown = JSON.parse(text, (key, member) => (key === "audience" ? derived("audience") : member));
  return new Conditional(volume.when, tree, volume.otherwise);
}
