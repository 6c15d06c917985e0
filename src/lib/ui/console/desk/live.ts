const REST_MS = 3_000;

/**
 * Calls `onchange` when the server says that the queues have changed, at most every few seconds and
 * never while the page is in the background. For an effect: gives what ends it.
 */
export function watchDesk(onchange: () => void): () => void {
	const source = new EventSource('/desk/events');
	let resting: ReturnType<typeof setTimeout> | undefined;
	let missed = false;
	const tell = () => {
		if (document.hidden || resting) {
			missed = true;
			return;
		}
		missed = false;
		onchange();
		resting = setTimeout(() => {
			resting = undefined;
			if (missed) tell();
		}, REST_MS);
	};
	const seen = () => {
		if (missed && !document.hidden) tell();
	};
	source.addEventListener('changed', tell);
	document.addEventListener('visibilitychange', seen);
	return () => {
		source.close();
		clearTimeout(resting);
		document.removeEventListener('visibilitychange', seen);
	};
}
