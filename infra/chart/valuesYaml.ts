import { INSTALL_DEFAULTS } from "../../src/cli/install/config/installDefaults.ts";
import { wrapText } from "../../src/cli/terminal/wrapText.ts";
import { CONFIG_KEYS } from "./configKeys.ts";
import { goTemplate } from "./goTemplate.ts";

/** The chart's values: each key with its meaning and its default, and with an example where it has keys without one. */
export function valuesYaml(): string {
  const defaults: Readonly<Record<string, unknown>> = { ...INSTALL_DEFAULTS };
  const parts = Object.entries(CONFIG_KEYS).map(([key, { meaning, example }]) => {
    const comment = wrapText(meaning, "# ")
      .split("\n")
      .map((line, index) => (index === 0 ? `# ${line}` : line.replace("#   ", "# ")));
    const value = key in defaults ? [goTemplate({ [key]: defaults[key] }).trimEnd()] : [];
    const shown = example === undefined ? [] : example.split("\n").map((line) => `# ${line}`);
    return [...comment, ...shown, ...value].join("\n");
  });
  return `# Written by npm run chart from src/cli/install. The config file of postern install is a file of these values.\n\n${parts.join("\n\n")}\n`;
}
