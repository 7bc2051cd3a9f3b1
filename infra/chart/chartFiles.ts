import type { Expression } from "../../src/cli/install/expression/Expression.ts";
import type { Template } from "../../src/cli/install/expression/Template.ts";
import { configChecks } from "../../src/cli/install/source/configChecks.ts";
import { derivedValues } from "../../src/cli/install/source/derivedValues.ts";
import { installTemplates } from "../../src/cli/install/source/installTemplates.ts";
import { chartSchema } from "./chartSchema.ts";
import { goTemplate } from "./goTemplate.ts";
import { valuesYaml } from "./valuesYaml.ts";

const GENERATED = "Written by npm run chart from infra/kubernetes and src/cli/install. Do not edit.";

/** The files of the Helm chart, by their path in infra/helm. */
export function chartFiles(version: string): Readonly<Record<string, string>> {
  const byFolder = Map.groupBy(installTemplates(), ({ source }) => source.split("/").at(-2) ?? source);
  return {
    "Chart.yaml": chartYaml(version),
    "values.yaml": valuesYaml(),
    "values.schema.json": `${JSON.stringify(chartSchema(), null, 2)}\n`,
    "templates/_postern.tpl": derivedTemplate(),
    ...Object.fromEntries(
      [...byFolder].map(([folder, templates]) => [
        `templates/${folder}.yaml`,
        [
          `{{- /* ${GENERATED} */}}`,
          '{{- $d := include "postern.derived" . | fromJson }}',
          "{{- $v := $d.values }}",
          ...templates.map(objectTemplate),
        ].join("\n"),
      ]),
    ),
  };
}

function objectTemplate({ when, tree }: Template): string {
  const condition = when.length === 1 ? when[0]?.template() : `(and ${when.map((it) => it.template()).join(" ")})`;
  return `{{- if ${condition} }}\n---\n${goTemplate(tree)}{{- end }}\n`;
}

function chartYaml(version: string): string {
  return `# ${GENERATED}
apiVersion: v2
name: postern
description: What Postern runs in a cluster, as postern install prints it
type: application
version: ${version}
appVersion: "${version}"
kubeVersion: ">=1.30.0-0"
`;
}

/** The derived values as JSON, and the checks of the config. */
function derivedTemplate(): string {
  return `{{- /* ${GENERATED} */}}
{{- define "postern.derived" }}
{{- $v := .Values | toJson | fromJson }}
{{- $d := dict "values" $v }}
${derivedValues.map(derivedLines).join("\n")}
{{- $faults := list }}
${configChecks
  .map(
    ({ key, when, message }) =>
      `{{- if ${when.template()} }}{{- $faults = append $faults ${JSON.stringify(`${key} ${message}`)} }}{{- end }}`,
  )
  .join("\n")}
{{- if $faults }}{{- fail (join "\\n" $faults) }}{{- end }}
{{- toJson $d }}
{{- end }}
`;
}

function derivedLines({ name, over, when, value }: (typeof derivedValues)[number]): string {
  if (over === undefined) return setTo(name, value);
  const append = `{{- $_ := set $d ${JSON.stringify(name)} (append $d.${name} ${value.template()}) }}`;
  return `{{- $_ := set $d ${JSON.stringify(name)} list }}
{{- range $it := ${over.template()} }}
${when === undefined ? append : `{{- if ${when.template()} }}${append}{{- end }}`}
{{- end }}
{{- $_ := set $d ${JSON.stringify(name)} (uniq $d.${name}) }}`;
}

const setTo = (name: string, value: Expression): string =>
  `{{- $_ := set $d ${JSON.stringify(name)} ${value.template()} }}`;
