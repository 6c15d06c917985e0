/** Gives back a slot. */
export type Release = () => void;

export interface Slots {
	/** A slot within `waitMs`, in the order of asking, or `null`. */
	take(waitMs: number): Promise<Release | null>;
}

/** Waiting costs memory and hides trouble: beyond this many per slot it is `busy` at once. */
const WAITING_PER_SLOT = 16;

/** A bulkhead: at most `most` holders at a time. */
export function createSlots(most: number): Slots {
	let held = 0;
	const waiting: (() => void)[] = [];
	const release = (): Release => {
		let done = false;
		return () => {
			if (done) return;
			done = true;
			const next = waiting.shift();
			if (next) next();
			else held -= 1;
		};
	};
	return {
		take(waitMs) {
			if (held < most) {
				held += 1;
				return Promise.resolve(release());
			}
			if (waitMs === 0 || waiting.length >= most * WAITING_PER_SLOT) return Promise.resolve(null);
			return new Promise((resolve) => {
				const turn = () => {
					clearTimeout(timer);
					resolve(release());
				};
				const timer = setTimeout(() => {
					waiting.splice(waiting.indexOf(turn), 1);
					resolve(null);
				}, waitMs);
				waiting.push(turn);
			});
		}
	};
}
