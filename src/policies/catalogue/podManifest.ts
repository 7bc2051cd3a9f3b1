/** A Pod with one container, as YAML. `container` are lines of the container, and `spec` lines of the Pod's spec. */
export function podManifest(container: string, spec = ""): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
${indented(spec, 2)}  containers:
    - name: web
${indented(container.startsWith("image:") ? container : `image: registry.example.com/web:1.4.2\n${container}`, 6)}`;
}

function indented(lines: string, by: number): string {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `${" ".repeat(by)}${line}\n`)
    .join("");
}
