const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** What the API server reads as the schedule of a CronJob (robfig/cron, `ParseStandard`), with {@link hasRisingRanges}. */
export function cronPattern(): RegExp {
  const anyCase = (names: readonly string[]): string =>
    names.join("|").replaceAll(/[a-z]/g, (it) => `[${it}${it.toUpperCase()}]`);
  const field = (one: string): string => {
    const part = `([*?]|(${one})(-(${one}))?)(/[1-9][0-9]{0,3})?`;
    return `${part}(,${part})*`;
  };
  const fields = [
    field("[0-5]?[0-9]"),
    field("[01]?[0-9]|2[0-3]"),
    field("0?[1-9]|[12][0-9]|3[01]"),
    field(`0?[1-9]|1[0-2]|${anyCase(MONTHS)}`),
    field(`0?[0-6]|${anyCase(WEEKDAYS)}`),
  ];
  return new RegExp(`^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|${fields.join(" ")})$`);
}

/** Whether no range of a schedule ends before it begins, such as `5-2` or `fri-mon`: the API server refuses those. */
export function hasRisingRanges(schedule: string): boolean {
  return schedule.split(" ").every((field) =>
    field.split(",").every((part) => {
      const [first, last] = part
        .split("/", 1)
        .flatMap((range) => range.split("-"))
        .map(numberOf);
      return first === undefined || last === undefined || first <= last;
    }),
  );
}

function numberOf(text: string): number {
  const name = text.toLowerCase();
  if (MONTHS.includes(name)) return MONTHS.indexOf(name) + 1;
  return WEEKDAYS.includes(name) ? WEEKDAYS.indexOf(name) : Number(text);
}
