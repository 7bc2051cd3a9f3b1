import { Command, Help, type Option } from "commander";
import { COMMAND_GROUPS } from "./CommandGroup.ts";

/** Commands that are in no group are under this heading. */
const OTHERS = "Commands:";
const HEADINGS = [...COMMAND_GROUPS.map(({ heading }) => heading), OTHERS];

/** The help of a program: its commands by task, each with its name and one line. */
export class GroupedHelp extends Help {
  /** Groups the commands of a program. Call it when the program has all of them. */
  static addTo(program: Command): void {
    const help = new Command("help").argument("[command]").helpOption(false);
    for (const command of [...program.commands, help]) {
      const group = COMMAND_GROUPS.find(({ commands }) => Object.hasOwn(commands, command.name()));
      command.helpGroup(group?.heading ?? OTHERS).summary(group?.commands[command.name()] ?? command.summary());
    }
    program.addHelpCommand(help);
    program.createHelp = () => new GroupedHelp();
  }

  override subcommandTerm(command: Command): string {
    return command.name();
  }

  override groupItems<T extends Command | Option>(
    all: T[],
    visible: T[],
    groupOf: (item: T) => string,
  ): Map<string, T[]> {
    const groups = [...super.groupItems(all, visible, groupOf)];
    return new Map(groups.sort(([left], [right]) => HEADINGS.indexOf(left) - HEADINGS.indexOf(right)));
  }
}
