import { Option } from "commander";
import { examples, stackOption } from "../commandLine";
import type { ConnectOptions } from "../labConnect";
import type { DeclareVerb } from "../context";

export const connect: DeclareVerb = (program, run, call) => {
  const command = program
    .command("connect")
    .summary("Shows how to log on to machines over SSH or Remote Desktop, or does it.")
    .description(
      "Writes an OpenSSH configuration and a known_hosts file with the pinned host keys of the machines and of the jump host, and " +
        "shows the line that logs on. Nothing secret is written or shown: ssh asks for the password. " +
        "With --run, or with words after --, it runs ssh itself and ends with its exit code.",
    )
    .argument("[MACHINE...]", "The machines.")
    .option("--all", "Shows the line for every machine.")
    .option(
      "--directory <DIR>",
      "Where the files go. .peerlab/ssh/STACK in the project's folder by default.",
    )
    .option("--rdp", "Writes a .rdp file for each machine, too, and shows the tunnel it needs.")
    .option("--run", "Logs on to the one machine. Words after -- are what runs there.")
    .option("--jump-identity <FILE>", "The private key that the jump host takes.")
    .option("--no-power", "Does not ask Azure which of the machines are off.")
    .addOption(
      new Option("--force", "Dials with --run although the machine is off.").conflicts("rdp"),
    )
    .action((machines: string[], options: ConnectOptions) =>
      run(
        async (context) =>
          (await import("../labConnect")).connect(context, machines, options, call),
        { takesFurther: true },
      ),
    );
  examples(
    stackOption(command),
    `${call} connect ada-1               shows the ssh line`,
    `${call} connect --all --rdp         writes .rdp files, too`,
    `${call} connect ada-1 --run         logs on`,
    `${call} connect ada-1 -- hostname   runs one command there`,
  );
};
