/** Longer than a job takes when everything is well. */
const PATIENCE_MS = 250;
/** Jobs of one queue and process that are under way at once; more wait until one ends. */
const MOST = 100;

export interface SideBySide {
	/**
	 * Runs a job beside the others and waits for it, but not for long: a batch is fetched when the one
	 * before it is done, and one slow call must not keep all others waiting (case N9). What is slower
	 * counts as done for the queue and goes on by itself: the job was only the wake-up, and a row that
	 * nobody finishes is found by the sweeper.
	 */
	run(work: () => Promise<void>): Promise<void>;
	/** Waits until nothing is under way. */
	finish(): Promise<void>;
}

/**
 * @param onLate told of a failure that came after the patience had ended
 * @param patienceMs for jobs that are the only record of what is to be done: `Infinity`
 */
export function createSideBySide(
	onLate: (error: unknown) => void,
	patienceMs = PATIENCE_MS
): SideBySide {
	const underWay = new Set<Promise<void>>();
	return {
		async run(work) {
			while (underWay.size >= MOST) await Promise.race(underWay);
			let late = false;
			const done = work();
			const ended = done.then(
				() => undefined,
				(error: unknown) => {
					if (late) onLate(error);
				}
			);
			underWay.add(ended);
			void ended.then(() => underWay.delete(ended));
			if (patienceMs === Infinity) return done;
			let timer: NodeJS.Timeout | undefined;
			const patience = new Promise<void>((resolve) => {
				timer = setTimeout(() => {
					late = true;
					resolve();
				}, patienceMs);
			});
			await Promise.race([done, patience]).finally(() => clearTimeout(timer));
		},
		async finish() {
			while (underWay.size > 0) await Promise.race(underWay);
		}
	};
}
