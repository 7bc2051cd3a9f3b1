import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILES_PER_FOLDER = 50;

/** Writes manifests as teams have them, one a file, in folders of 50: Deployments, Services, ConfigMaps and Pods. Returns the folder. */
export function writeManifests(folder: string, count: number): string {
  for (let index = 0; index < count; index += 1) {
    const app = `app-${Math.floor(index / FILES_PER_FOLDER)}`;
    if (index % FILES_PER_FOLDER === 0) mkdirSync(join(folder, app), { recursive: true });
    writeFileSync(join(folder, app, `object-${index}.yaml`), manifest(app, index));
  }
  return folder;
}

function manifest(app: string, index: number): string {
  const metadata = [
    "metadata:",
    `  name: ${app}-${index}`,
    `  namespace: team-${index % 20}`,
    "  labels:",
    `    app.kubernetes.io/name: ${app}`,
    '    app.kubernetes.io/part-of: "shop"',
  ];
  switch (index % 5) {
    case 0:
    case 1:
      return lines(
        "apiVersion: apps/v1",
        "kind: Deployment",
        ...metadata,
        "spec:",
        "  replicas: 2",
        `  selector: { matchLabels: { app.kubernetes.io/name: ${app} } }`,
        "  template:",
        "    metadata:",
        "      labels:",
        `        app.kubernetes.io/name: ${app}`,
        ...podSpec(index).map((line) => `    ${line}`),
      );
    case 2:
      return lines(
        "apiVersion: v1",
        "kind: Service",
        ...metadata,
        "spec:",
        `  selector: { app.kubernetes.io/name: ${app} }`,
        "  ports:",
        "  - name: http",
        "    port: 80",
        "    targetPort: http",
      );
    case 3:
      return lines(
        "apiVersion: v1",
        "kind: ConfigMap",
        ...metadata,
        "data:",
        "  level: info",
        "  app.properties: |",
        "    a=1",
        "    b=2",
      );
    default:
      return lines("apiVersion: v1", "kind: Pod", ...metadata, ...podSpec(index));
  }
}

function podSpec(index: number): string[] {
  return [
    "spec:",
    "  serviceAccountName: web",
    "  containers:",
    "  - name: web",
    `    image: registry.example.com/team/web:1.${index}`,
    "    ports:",
    "    - containerPort: 8080",
    "      name: http",
    "    env:",
    "    - name: LEVEL",
    '      value: "info"',
    "    - name: DATABASE",
    "      valueFrom:",
    "        secretKeyRef: { name: database, key: url }",
    "    resources:",
    "      requests:",
    "        cpu: 100m",
    "        memory: 128Mi",
    "      limits:",
    "        cpu: 200m",
    "        memory: 256Mi",
    "    readinessProbe:",
    "      httpGet:",
    "        path: /healthz",
    "        port: http",
    "    securityContext:",
    "      allowPrivilegeEscalation: false",
    "      runAsNonRoot: true",
  ];
}

function lines(...all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
