import { Command, InvalidArgumentError, Option, type CommanderError } from "commander";
import { coreError, didYouMean, type Engine } from "@vitrine/core";
import { diff, type DiffFlags } from "./commands/diff.js";
import { init } from "./commands/init.js";
import { inspect } from "./commands/inspect.js";
import { listFormats, listMethods, listRuntimes } from "./commands/list.js";
import { runMethod } from "./commands/run.js";
import { compose, type ComposeOptions } from "./compose.js";
import { cliError } from "./errors.js";
import { parseDuration } from "./host/duration.js";
import { addParameterFlags } from "./host/flags.js";
import { readInputs } from "./host/inputs.js";
import { openModel } from "./host/models.js";

const collect = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number of at least 1 is expected.");
  return value;
}

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw new InvalidArgumentError("a number of at least 0 is expected.");
  return value;
}

/** Flags that every command takes. */
function shared(command: Command, runtimes = new Option("--runtime <runtime>", "what runs the model: onnx-node:cpu, onnx-node:webgpu, tfjs:wasm, …")): Command {
  return command
    .addOption(runtimes)
    .addOption(new Option("--threads <n>", "native threads of one run").argParser(count))
    .addOption(new Option("--batch <n>", "samples that are run at once").argParser(count))
    .addOption(new Option("--plugin <file>", "add a method or plugin from a file; may be repeated").argParser(collect))
    .addOption(new Option("--config <file>", "plugins and runtime, instead of vitrine.config.js in this folder"))
    .option("--json", "print one JSON document")
    .option("--debug", "print stack traces");
}

/** Flags of commands that open a model. */
function modelled(command: Command, needsInput = true): Command {
  const input = new Option("-i, --input <file>", "a picture, a .npy tensor or a text; NAME=FILE where a model has several inputs. Repeated, files are one batch; a folder or a glob in quotation marks is a set, run one by one").argParser(collect);
  return shared(command)
    .argument("<model>", "a .onnx file, or zoo:NAME for a bundled one")
    .addOption(needsInput ? input : input.hideHelp())
    .addOption(new Option("--spec <file>", "how the inputs are prepared (default: MODEL.vitrine.json beside the model)"))
    .addOption(new Option("--preprocess <name>", "a usual preparation of pictures: imagenet, caffe, tf, unit, none"));
}

/**
 * The whole command line for one invocation. Commands of methods come from the engine's plugins, so they are known only
 * after composing; `early` are the flags that decide about that.
 */
export async function buildProgram(early: ComposeOptions, signal: AbortSignal): Promise<{ program: Command; engine: Engine }> {
  const engine = await compose(early);
  const program = new Command("vitrine").description("Opens trained neural networks: what every layer sees, and where a decision came from.").version("0.1.0").showHelpAfterError(false).exitOverride();
  program.configureOutput({ writeErr: () => undefined });
  program.addHelpText("after", examples(["inspect model.onnx", "init model.onnx --input dog.jpg", "report model.onnx --input dog.jpg --out report", "run occlusion model.onnx --input dog.jpg --out findings", "run activation zoo:scenes --input zoo:dog-grass --out findings"]));

  modelled(program.command("inspect").description("layers, units, shapes, operators, inputs, and what each runtime can run"))
    .addHelpText("after", examples(["inspect model.onnx", "inspect zoo:scenes --json"]))
    .action(async (model: string, flags: Flags) => {
      const opened = await openModel(engine, model, flags);
      const given = await readInputs(engine, opened, flags.input ?? []);
      const feeds = given.input === undefined ? undefined : Object.fromEntries(Object.entries(opened.prepare(given.input, given.label)).map(([name, one]) => [name, one.tensor]));
      await inspect(engine, opened, feeds, flags.json ?? false);
    });

  shared(program.command("init").description("find the preprocessing of pictures, and write it beside the model"))
    .argument("<model>", "a .onnx file")
    .addOption(new Option("-i, --input <file>", "a picture whose class you know").argParser(collect).makeOptionMandatory())
    .option("--use <name>", "write this candidate without asking")
    .option("--labels <file>", "labels of the classes, beside the model")
    .option("--out <dir>", "also draw what the network gets in each candidate")
    .addHelpText("after", examples(["init model.onnx --input dog.jpg", "init model.onnx --input dog.jpg --use imagenet"]))
    .action((model: string, flags: Flags) => init(engine, model, { ...flags, input: flags.input ?? [] }));

  const two = new Option("--runtime <runtime>", "what runs the first and what runs the second, given twice: onnx-node:cpu, tfjs:wasm, …").argParser(collect);
  shared(program.command("diff").description("where two runtimes, providers or models of one network part, layer by layer"), two)
    .argument("<model>", "a model file, or zoo:NAME: the reference")
    .argument("[other]", "another model of the same network: a quantised export, another checkpoint")
    .addOption(new Option("-i, --input <file>", "a picture, a .npy tensor or a text; NAME=FILE where a model has several inputs").argParser(collect))
    .addOption(new Option("--spec <file>", "how the inputs are prepared (default: MODEL.vitrine.json beside the model)"))
    .addOption(new Option("--preprocess <name>", "a usual preparation of pictures: imagenet, caffe, tf, unit, none"))
    .option("-o, --out <dir>", "where findings.json, tensors and pictures go; without it only the answer is printed")
    .addOption(new Option("--tolerance <number>", "relative L2 difference above which a layer differs").argParser(amount).default(1e-4))
    .addOption(new Option("--layers <names>", "only these, separated by commas").argParser((text: string) => text.split(",").map((name) => name.trim())))
    .addOption(new Option("--theme <theme>", "of the pictures").choices(["light", "dark"]).default("light"))
    .addHelpText("after", examples(["diff model.onnx --runtime onnx-node:cpu --runtime tfjs:wasm --input dog.jpg", "diff model.onnx quantised.onnx --input dog.jpg --out difference", "diff zoo:scenes zoo:scenes-cheating --input zoo:dog-grass --out difference"]))
    .action((model: string, other: string | undefined, flags: DiffFlags) => diff(other === undefined ? [model] : [model, other], { ...flags, signal }));

  modelled(program.command("report").description("every method that applies, on one self-contained page"))
    .option("-o, --out <dir>", "where report.html goes, with report.json and a folder of data for each method")
    .addOption(new Option("-t, --target <target>", 'what is explained: top, class:207, class:"golden retriever", unit:LAYER[17], …').argParser(collect))
    .addOption(new Option("--checkpoints <files>", "the same network at several points of its training: files, a folder or a glob; may be repeated").argParser(collect))
    .addOption(new Option("--budget <time>", "how long it may take: 60s, 2m; what has no time is named, with the command that makes it").default("60s"))
    .addOption(new Option("--theme <theme>", "of the pictures beside the page, which shows both").choices(["light", "dark"]).default("light"))
    .addHelpText("after", examples(["report model.onnx --input dog.jpg --out report", "report zoo:scenes --input zoo:dog-grass --out report", "report epoch-30.onnx --input dog.jpg --checkpoints training --budget 3m --out report"]))
    .action(async (model: string, flags: Flags & { readonly budget: string }) => {
      const budget = parseDuration("--budget", flags.budget);
      // What draws a page is read by whoever makes one.
      const { report } = await import("./commands/report.js");
      await report(engine, model, { ...flags, budget, signal });
    });

  shared(program.command("methods").description("the methods that are installed, with their parameters")).action((flags: Flags) => listMethods(engine, flags.json ?? false));
  shared(program.command("runtimes").description("the runtimes that are installed, and what works here")).action((flags: Flags) => listRuntimes(engine, flags.json ?? false));
  shared(program.command("formats").description("the model formats that are installed")).action((flags: Flags) => listFormats(engine, flags.json ?? false));

  const run = program.command("run").description("explain a model by one method").usage("METHOD MODEL --input X --out DIR");
  for (const method of engine.methods) {
    const command = modelled(run.command(method.id).description(method.summary), method.needsInput)
      .option("-o, --out <dir>", "where findings.json, tensors and pictures go")
      .addOption(new Option("--params <file>", "all parameters as JSON"))
      .addOption(new Option("--theme <theme>", "of the pictures").choices(["light", "dark"]).default("light"));
    if (method.targeted !== false) command.addOption(new Option("-t, --target <target>", 'what is explained: top, class:207, class:"golden retriever", unit:LAYER[17], …; may be repeated, once per sample').argParser(collect));
    addParameterFlags(command, method);
    command.addHelpText("after", examples(method.examples ?? [`run ${method.id} model.onnx${method.needsInput === false ? "" : " --input dog.jpg"} --out findings`]));
    command.action((model: string, flags: Flags) => runMethod(engine, method, model, { ...flags, signal }));
  }
  run.action((_: unknown, command: Command) => {
    const [name] = command.args;
    if (name === undefined) throw cliError("usage", { message: "Which method to run was not said.", hint: `Installed: ${engine.methods.map((method) => method.id).join(", ")}.` });
    throw coreError("method-unknown", { method: name, known: engine.methods.map((method) => method.id) });
  });
  run.allowExcessArguments().allowUnknownOption();
  for (const command of [program, ...program.commands, ...run.commands]) command.exitOverride().configureOutput({ writeErr: () => undefined });
  return { program, engine };
}

interface Flags {
  readonly input?: readonly string[];
  readonly spec?: string;
  readonly preprocess?: string;
  readonly out?: string;
  readonly use?: string;
  readonly labels?: string;
  readonly json?: boolean;
}

const examples = (lines: readonly string[]): string => `\nExamples:\n${lines.map((line) => `  vitrine ${line}`).join("\n")}`;

/** The flags that must be known before the command line itself can be built. */
export function earlyFlags(args: readonly string[]): ComposeOptions & { readonly json: boolean; readonly debug: boolean } {
  const values = (flag: string): string[] => args.flatMap((arg, i) => (arg === flag && args[i + 1] !== undefined ? [args[i + 1]!] : arg.startsWith(`${flag}=`) ? [arg.slice(flag.length + 1)] : []));
  const number = (flag: string): number | undefined => {
    const text = values(flag).at(-1);
    // What is no number is left to the command itself, which says so.
    return text !== undefined && Number.isInteger(Number(text)) && Number(text) > 0 ? Number(text) : undefined;
  };
  return {
    config: values("--config").at(-1),
    plugin: values("--plugin"),
    runtime: values("--runtime").at(-1),
    threads: number("--threads"),
    batch: number("--batch"),
    json: args.includes("--json"),
    debug: args.includes("--debug"),
  };
}

/** What commander found wrong, as an error of ours; undefined for help and version, which are no errors. */
export function usageError(error: CommanderError, program: Command): Error | undefined {
  if (error.exitCode === 0 || error.code === "commander.helpDisplayed" || error.code === "commander.help") return undefined;
  const [message = error.message, ...rest] = error.message.replace(/^error: /, "").split("\n");
  const unknown = /unknown command '(.+)'/.exec(message)?.[1];
  const near = unknown === undefined ? rest.join(" ").replace(/^\(|\)$/g, "") : didYouMean(unknown, program.commands.map((command) => command.name()));
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return cliError("usage", { message: text.replace(/'([^']+)'/g, "`$1`").replace(/\.?$/, "."), hint: [near, "`--help` shows what there is."].filter((part) => part !== undefined && part !== "").join(" ") });
}
