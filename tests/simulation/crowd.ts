import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from './acts.ts';
import type { Job } from './jobs.ts';
import type { Town } from './town.ts';

export interface CrowdOptions {
	/** Makes the story of one person. */
	life: (number: number) => Step<void>;
	people: number;
	/** People under way at one moment. */
	crowd: number;
	/** Pieces of work at one moment, over all nodes. */
	busy: number;
}

/** Work after which time is let pass and a sweeper comes by. */
const WORK_A_JUMP = 120;

/**
 * Lets people live side by side with the jobs they cause: who is next is chosen by the seed; between
 * two pieces of work of one person, others go on. Frozen calls stay open while time passes.
 */
export async function liveTogether(town: Town, options: CrowdOptions): Promise<void> {
	const random = town.random.fork('crowd');
	const waiting: Step<void>[] = [];
	let due: Job[] = [];
	let born = 0;
	let failed: Error | undefined;
	let sinceJump = 0;
	let under = 0;

	const start = (work: Promise<unknown>, after?: () => void) => {
		under += 1;
		sinceJump += 1;
		work
			.then(after)
			.catch(
				(error: unknown) => (failed ??= error instanceof Error ? error : new Error(String(error)))
			)
			.finally(() => void (under -= 1));
	};
	const goOn = (life: Step<void>) => {
		let over = false;
		start(
			life.next().then(({ done }) => (over = done ?? false)),
			() => {
				if (!over) waiting.push(life);
			}
		);
	};
	const free = () => town.working() < options.busy;
	const takeOne = () => waiting.splice(random.between(0, waiting.length - 1), 1)[0]!;

	async function jump() {
		while (town.working() > 0) await sleep(1);
		await town.passTime(random.between(15, 75));
		await town.sweep();
		sinceJump = 0;
	}

	for (;;) {
		if (failed) throw failed;
		while (born < options.people && waiting.length + under < options.crowd)
			waiting.push(options.life((born += 1)));
		if (due.length === 0) due = await town.jobs.take(town.db, 20);
		if (waiting.length + under + due.length === 0) return;
		if (sinceJump >= WORK_A_JUMP || (waiting.length + due.length === 0 && town.working() === 0))
			await jump();
		else if (!free()) await sleep(1);
		else if (due.length && (waiting.length === 0 || random.chance(0.5)))
			start(town.work(due.splice(random.between(0, due.length - 1), 1)[0]!));
		else if (waiting.length) goOn(takeOne());
		else if (town.working() === 0) await jump();
		else await sleep(1);
	}
}
