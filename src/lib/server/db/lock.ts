import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Claimant, isAlive, thisProcess } from './claimant.ts';

/** Another living process has the directory. The message says which, and what to do. */
export class DirectoryInUse extends Error {
	override name = 'DirectoryInUse';
	readonly pid: number;
	constructor(directory: string, pid: number) {
		super(
			`${directory} is in use by process ${pid}. The embedded database serves exactly one process: ` +
				`stop that process (kill ${pid}) and start again, choose another directory with ` +
				`TAPDONE_DATA, or set DATABASE_URL to a PostgreSQL to run several processes.`
		);
		this.pid = pid;
	}
}

const TRIES = 8;
const BEAT_SECONDS = 4;

/**
 * Takes `directory` for this process and holds it until the returned function is called or the
 * process ends, however it ends. Throws `DirectoryInUse` if another living process has it.
 *
 * Two processes on one PGlite directory lose acknowledged rows without an error, and Node has no
 * kernel lock. So each process first leaves its claim, created exclusively, and only then looks
 * for others: of two that start together, at least the later one sees the earlier one. Nobody ever
 * replaces somebody else's file, so there is no moment at which a stale lock has two new owners.
 */
export async function takeDirectory(directory: string): Promise<() => void> {
	const folder = join(directory, 'lock');
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const claim = join(folder, `${process.pid}-${randomBytes(6).toString('hex')}.json`);
	let other: Claimant | undefined;
	for (let attempt = 0; attempt < TRIES; attempt += 1) {
		other = livingClaim(folder, claim);
		if (!other) {
			place(claim);
			other = livingClaim(folder, claim);
			if (!other) return hold(claim);
			rmSync(claim, { force: true });
		}
		// Two that start together may both have withdrawn: try again at different moments.
		await wait(30 + Math.random() * 120);
	}
	throw new DirectoryInUse(directory, other?.pid ?? 0);
}

/** The claim appears with its content or not at all: others never read half of it. */
function place(claim: string): void {
	writeFileSync(`${claim}.new`, JSON.stringify(thisProcess()), { flag: 'wx', mode: 0o600 });
	renameSync(`${claim}.new`, claim);
}

function livingClaim(folder: string, own: string): Claimant | undefined {
	for (const name of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
		const path = join(folder, name);
		if (path === own) continue;
		try {
			const claimant = JSON.parse(readFileSync(path, 'utf8')) as Claimant;
			const idleSeconds = (Date.now() - statSync(path).mtimeMs) / 1000;
			if (isAlive(claimant, idleSeconds)) return claimant;
			// The dead never come back under the same name, so removing it can hit nobody else.
			rmSync(path, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
		}
	}
	return undefined;
}

function hold(claim: string): () => void {
	const beat = setInterval(() => {
		const now = new Date();
		utimesSync(claim, now, now);
	}, BEAT_SECONDS * 1000);
	beat.unref();
	const release = () => {
		clearInterval(beat);
		process.off('exit', release);
		rmSync(claim, { force: true });
	};
	process.on('exit', release);
	return release;
}
