import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { stopWith } from './stop.ts';

type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<
	typeof parseArgs<{ options: Options; allowPositionals: true }>
>;

/**
 * The arguments of a command line. `--help` prints the usage and ends the command, before anything
 * is opened; an unknown option, or a word where the command takes none, ends it with the usage and 2.
 */
export function readArguments<Options extends ParseArgsOptionsConfig>(
	usage: string,
	options: Options,
	allowPositionals = true
): Parsed<Options> {
	const help = { help: { type: 'boolean', short: 'h' } } as const;
	try {
		const parsed = parseArgs({ options: { ...options, ...help }, allowPositionals });
		if ('help' in parsed.values && parsed.values.help) {
			process.stdout.write(`${usage}\n`);
			process.exit(0);
		}
		return parsed;
	} catch (error) {
		return stopWith(`${(error as Error).message}\n${usage}`, 2);
	}
}
