import { parseArgs } from 'node:util';

export const PARTS = [
	...(['budget', 'pages', 'journey', 'opening', 'volume'] as const),
	...(['desk', 'callbacks', 'codes'] as const)
] as const;
export type Part = (typeof PARTS)[number];

export interface Options {
	parts: Part[];
	/** Requests under way at once, and journeys. */
	connections: number;
	/** Connections of a provider that calls back. */
	callers: number;
	/** Times that each measurement is taken; tables show the median of the rounds' ratios. */
	rounds: number;
	/** Journeys of a round. */
	journeys: number;
	/** Length of one measurement of a page, or of a callback. */
	seconds: number;
	/** Lines of each NDJSON request, smallest first. */
	lines: number[];
	/** Cases in the tables, smallest first. */
	cases: number[];
	/** Reminders that wait while codes are asked for, and how many are. */
	reminders: number;
	codes: number;
	/** Writes a CPU profile of the server and says where its time went. */
	profile: boolean;
}

const HELP = `npm run bench -- [${PARTS.join('|')} …] [options]

  --connections=16       requests and journeys under way at once
  --callers=128          connections of a provider that calls back
  --rounds=3             times that each measurement is taken
  --journeys=300         journeys of a round
  --seconds=2            length of one measurement of a page or a callback
  --lines=1000,10000,100000   lines of each NDJSON request
  --cases=10000,1000000  cases in the tables, for volume; desk takes the last
  --reminders=100000     messages and steps that wait, for codes
  --codes=300            codes that are asked for
  --profile              with journey and callbacks: where the server's time goes
`;

/** What the command line asks for; ends the process with the help when it asks for something else. */
export function readOptions(args: string[]): Options {
	try {
		const { values, positionals } = parse(args);
		const unknown = positionals.filter((name) => !PARTS.some((part) => part === name));
		if (values.help || unknown.length > 0) throw new Error(unknown.join(' '));
		return {
			parts: PARTS.filter((part) => positionals.length === 0 || positionals.includes(part)),
			connections: numbers(values.connections)[0]!,
			callers: numbers(values.callers)[0]!,
			rounds: numbers(values.rounds)[0]!,
			journeys: numbers(values.journeys)[0]!,
			seconds: numbers(values.seconds)[0]!,
			lines: numbers(values.lines),
			cases: numbers(values.cases),
			reminders: numbers(values.reminders)[0]!,
			codes: numbers(values.codes)[0]!,
			profile: values.profile
		};
	} catch (error) {
		process.stderr.write(`${error instanceof Error ? error.message : ''}\n${HELP}`);
		process.exit(2);
	}
}

const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;

const parse = (args: string[]) =>
	parseArgs({
		args,
		allowPositionals: true,
		options: {
			connections: text('16'),
			callers: text('128'),
			rounds: text('3'),
			journeys: text('300'),
			seconds: text('2'),
			lines: text('1000,10000,100000'),
			cases: text('10000,1000000'),
			reminders: text('100000'),
			codes: text('300'),
			profile: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false }
		}
	});

function numbers(list: string): number[] {
	const found = list.split(',').map((each) => Number(each.replaceAll('_', '')));
	if (found.every((each) => Number.isInteger(each) && each > 0)) return found.sort((a, b) => a - b);
	throw new Error(`"${list}" is no list of whole numbers.`);
}
