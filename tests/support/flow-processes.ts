import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const script = join(import.meta.dirname, 'processes/run-flows.ts');

interface Ticket {
	visitId: string;
	secret: string;
}

/** What a node can be told to do, every turn at the same time. */
export type Task =
	| { do: 'submit'; ticket: Ticket; draftId: string; shown: string; times: number }
	| { do: 'check-codes'; ticket: Ticket; codes: string[] }
	| { do: 'apply-writeback'; writeback: string; times: number }
	| { do: 'send-message'; message: string; times: number }
	| { do: 'renew-link'; caseId: string; times: number }
	| { do: 'open-cases'; batches: object[][] };

export interface Ran {
	/** One a turn. */
	answers: unknown[];
	/** PostgreSQL's codes of the turns that were tried again. */
	busy: string[];
}

export interface FlowProcesses {
	/** Gives each process its task at once; the answers of all, in the order of the processes. */
	run<Answer>(task: (place: number) => Task): Promise<{ answers: Answer[]; busy: string[] }>;
	close(): Promise<void>;
}

interface Node {
	child: ChildProcess;
	next: () => Promise<string>;
}

/** Real processes on one database, each with a pool of its own. */
export async function startFlowProcesses(
	env: Record<string, string>,
	count: number
): Promise<FlowProcesses> {
	const nodes = await Promise.all(Array.from({ length: count }, () => startNode(env)));
	return {
		async run<Answer>(task: (place: number) => Task) {
			const answers = nodes.map(({ next }) => next());
			nodes.forEach(({ child }, place) => child.stdin!.write(`${JSON.stringify(task(place))}\n`));
			const ran = (await Promise.all(answers)).map((line) => JSON.parse(line) as Ran);
			return {
				answers: ran.flatMap((one) => one.answers as Answer[]),
				busy: ran.flatMap(({ busy }) => busy)
			};
		},
		async close() {
			await Promise.all(
				nodes.map(async ({ child }) => {
					if (child.exitCode !== null || child.signalCode !== null) return;
					const ended = once(child, 'exit');
					child.kill('SIGKILL');
					await ended;
				})
			);
		}
	};
}

async function startNode(env: Record<string, string>): Promise<Node> {
	const child = spawn(process.execPath, [script], {
		env: { PATH: process.env.PATH, ...env },
		stdio: ['pipe', 'pipe', 'inherit']
	});
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const next = async () => {
		const line = await lines.next();
		if (line.done) throw new Error(`The process ended with ${child.exitCode}.`);
		return line.value;
	};
	const first = await next();
	if (first !== 'ready') throw new Error(first);
	return { child, next };
}
