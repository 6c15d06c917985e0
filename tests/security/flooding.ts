import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const script = join(import.meta.dirname, '../support/processes/flood-links.ts');

/** Made-up links from one address. */
export interface Flood {
	url: string;
	source: string;
	amount: number;
	/** Without it as fast as they are answered. */
	perSecond?: number;
}

export interface Flooded {
	/** How often each status was answered. */
	statuses: Record<string, number>;
	errors: number;
	/** Seconds. */
	duration: number;
}

export interface Flooder {
	flood(given: Flood): Promise<Flooded>;
	close(): Promise<void>;
}

/** A process that floods when it is told to, one flood after the other. */
export function startFlooder(): Flooder {
	const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const ended = once(child, 'exit');
	return {
		async flood(given) {
			child.stdin.write(`${JSON.stringify(given)}\n`);
			const { value, done } = await lines.next();
			if (done) throw new Error('The flood ended by itself.');
			return JSON.parse(value) as Flooded;
		},
		async close() {
			child.kill('SIGKILL');
			await ended;
		}
	};
}
