import { TEXTS, textKey, wordsIn, type TextKey } from './words.ts';

/** The language a browser asks for first among those that we have, else English. */
export function preferredLanguage(acceptLanguage: string | null): string {
	const asked = (acceptLanguage ?? '')
		.slice(0, 200)
		.split(',')
		.map((entry) => {
			const [tag = '', weight] = entry.trim().split(';q=');
			return { primary: tag.toLowerCase().split('-')[0] ?? '', weight: Number(weight ?? 1) || 0 };
		})
		.sort((a, b) => b.weight - a.weight);
	return asked.find(({ primary }) => Object.hasOwn(TEXTS, primary))?.primary ?? 'en';
}

/** A language from an address, if it is one that we have. */
export function knownLanguage(language: string | null): string | undefined {
	const primary = language?.toLowerCase().split('-')[0];
	return primary !== undefined && Object.hasOwn(TEXTS, primary) ? primary : undefined;
}

/** `?said=` as a key of the texts with this prefix; anything else says nothing. */
export const saidKey = (url: URL, prefix = 'said.'): TextKey | undefined =>
	textKey(prefix + (url.searchParams.get('said') ?? ''));

const REFUSED_HELP = [
	'help.missing.sure',
	'help.missing.days',
	'help.later.ended',
	'help.later.stopped',
	'help.later.too-late'
] as const;

/** Why a press on the help page changed nothing. What a press did is told from the case, never from here. */
export const refusedHelp = (url: URL) => REFUSED_HELP.find((one) => one === saidKey(url, 'help.'));

/**
 * What the last press came to, in the customer's words. Only a reason travels in the address, and a
 * count: never text, so that nobody can make a page say something by handing out an address.
 */
export function saidText(url: URL, language: string): string | undefined {
	const key = saidKey(url);
	const left = url.searchParams.get('left') ?? '';
	if (key === 'said.wrong-code' && /^\d$/.test(left))
		return wordsIn(language)('said.tries-left', { left });
	return key && wordsIn(language)(key);
}
