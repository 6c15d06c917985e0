import type { VerifyView } from '../../contracts/pages.ts';
import { saidKey, saidText } from './requested.ts';
import { type TextKey, wordsIn } from './words.ts';

/** What the last press came to, in words; `code` when it is about the code that was typed. */
export interface VerifySaid {
	text: string;
	code: boolean;
}

const ABOUT_CODE: (TextKey | undefined)[] = ['said.not-a-code', 'said.wrong-code', 'said.no-code'];

/** What failed, for a page that asks for something else by now. */
const FAILED: Record<string, TextKey> = {
	'no-code': 'said.code-spent',
	'not-sendable': 'said.not-sendable',
	'wrong-code': 'said.code-spent',
	'no-match': 'said.facts-wrong',
	'no-tries-left': 'said.facts-wrong'
};

/**
 * The reason in the address, told so that it fits what the page asks for now: nobody is told to ask
 * for a new code, or to try again, where no button does that. A page that only waits, or that
 * can send no more codes for now, says so itself.
 */
export function verifySaid(
	url: URL,
	language: string,
	{ ask, full, stopped }: { ask: VerifyView['ask']; full?: object; stopped?: object }
): VerifySaid | undefined {
	const t = wordsIn(language);
	const reason = url.searchParams.get('said') ?? '';
	if (!reason || ask === 'wait' || (reason === 'limited' && full)) return undefined;
	if (reason === 'not-sendable' && stopped) return undefined;
	const text = saidText(url, language);
	const ofFacts = reason === 'no-match' || reason === 'no-tries-left';
	const fits = ask === 'code' ? !ofFacts : ask === 'known-facts' && ofFacts;
	if (fits) {
		if (text) return { text, code: ABOUT_CODE.includes(saidKey(url)) };
		if (ofFacts) return { text: t('said.no-match'), code: false };
		return undefined;
	}
	const failed = Object.hasOwn(FAILED, reason) ? FAILED[reason] : undefined;
	const parts = [
		...(failed ? [t(failed)] : []),
		...(ask !== 'person' && (failed || text) ? [t('said.other-way')] : [])
	];
	return parts.length ? { text: parts.join(' '), code: false } : undefined;
}
