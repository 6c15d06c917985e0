import { expect, test } from 'vitest';
import { preferredLanguage, saidText } from '../../src/lib/ui/texts/requested.ts';
import { verifySaid } from '../../src/lib/ui/texts/verify-said.ts';
import { TEXTS, type TextKey, wordsIn } from '../../src/lib/ui/texts/words.ts';

const english = TEXTS['en']!;
const languages = Object.entries(TEXTS);
const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

test.each(languages)('%s has exactly the keys of English, and no empty text', (_, texts) => {
	expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
	expect(Object.values(texts).filter((text) => text.trim() === '')).toEqual([]);
});

test.each(languages)('%s keeps the places of every English text', (_, texts) => {
	for (const [key, text] of Object.entries(english))
		expect({ key, places: places(texts[key as keyof typeof texts]) }).toEqual({
			key,
			places: places(text)
		});
});

test('a text takes its values and shows a missing one as it is', () => {
	expect(wordsIn('de-AT')('step', { n: 2, of: 3 })).toBe('Schritt 2 von 3');
	expect(wordsIn('en')('step', { n: 2 })).toBe('Step 2 of {of}');
});

test('a language without texts is read from English', () => {
	expect(wordsIn('fi')('continue')).toBe('Continue');
	expect(wordsIn('__proto__')('continue')).toBe('Continue');
});

test.each([
	['de-AT,de;q=0.9,en;q=0.8', 'de'],
	['fi,ar;q=0.5,en;q=0.4', 'ar'],
	['en;q=0.2, de;q=0.7', 'de'],
	['fi', 'en'],
	['constructor', 'en'],
	[',;q=x,', 'en'],
	[null, 'en']
])('of the languages %s a browser is answered in %s', (asked, answer) => {
	expect(preferredLanguage(asked)).toBe(answer);
});

test('an address can name a reason and a count, and nothing else can be made to stand on the page', () => {
	const said = (query: string) => saidText(new URL(`http://x/verify?${query}`), 'en');
	expect(said('said=wrong-code')).toBe(english['said.wrong-code']);
	expect(said('said=wrong-code&left=3')).toContain('Tries left: 3.');
	expect(said('said=wrong-code&left=call+0900')).toBe(english['said.wrong-code']);
	expect(said('said=<b>pay+here</b>')).toBeUndefined();
	expect(said('said=__proto__')).toBeUndefined();
});

test.each([
	['no-code', 'code', 'said.no-code'],
	['no-code', 'known-facts', 'said.code-spent said.other-way'],
	['no-code', 'person', 'said.code-spent'],
	['no-code', 'wait', ''],
	['no-match', 'known-facts', 'said.no-match'],
	['no-match', 'code', 'said.facts-wrong said.other-way'],
	['no-tries-left', 'code', 'said.facts-wrong said.other-way'],
	['no-tries-left', 'person', 'said.facts-wrong'],
	['too-soon', 'code', 'said.too-soon'],
	['limited', 'code', 'said.limited'],
	['limited', 'known-facts', 'said.other-way'],
	['not-compared', 'code', 'said.not-compared'],
	['locked', 'person', ''],
	['needs-assurance', 'code', ''],
	['__proto__', 'known-facts', '']
] as const)('after %s a page that asks for %s says: %s', (reason, ask, keys) => {
	const said = verifySaid(new URL(`http://x/verify?said=${reason}`), 'en', { ask });
	const words = keys.split(' ').filter(Boolean) as TextKey[];
	expect(said?.text ?? '').toBe(words.map((key) => english[key]).join(' '));
	expect(said?.code ?? false).toBe(keys === 'said.no-code');
});

test('a page that tells from when codes can be sent again does not say it a second time', () => {
	const at = new URL('http://x/verify?said=limited');
	expect(verifySaid(at, 'en', { ask: 'code', full: { from: '14:35' } })).toBeUndefined();
});
