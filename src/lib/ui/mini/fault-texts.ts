import type { TextKey } from '../texts/words.ts';

/** What is said about a status: too much at once, refused, or our own fault. */
export function faultTexts(status: number): { heading: TextKey; text: TextKey } {
	if (status === 404) return { heading: 'error.missing-heading', text: 'error.missing' };
	if (status === 429 || status === 503)
		return { heading: 'error.busy-heading', text: 'error.busy' };
	if (status < 500) return { heading: 'error.refused-heading', text: 'error.refused' };
	return { heading: 'error.heading', text: 'error.text' };
}
