import { expect, test } from 'vitest';
import type { FieldView } from '../../src/lib/contracts/pages.ts';
import { errorOf, namedErrorOf } from '../../src/lib/ui/mini/field-words.ts';
import { wordsIn } from '../../src/lib/ui/texts/words.ts';

const part = (language: string, error: string): FieldView => ({
	name: 'part',
	label: { en: 'How much do you pay now?', de: 'Betrag' }[language] ?? 'كم تدفع الآن؟',
	kind: 'money',
	value: '',
	unit: 'EUR',
	max: language === 'en' ? '99.00' : '99,00',
	limits: { min: language === 'en' ? '€11.84' : '11,84 €' },
	error
});

test.each([
	['en', 'too-small', 'How much do you pay now? Please enter €11.84 or more.'],
	['de', 'too-small', 'Betrag: Bitte 11,84 € oder mehr eingeben.'],
	[
		'en',
		'grouped-money',
		'How much do you pay now? Please enter the amount without a sign for thousands, such as 1000.50.'
	],
	['de', 'not-money', 'Betrag: Bitte einen Betrag eingeben, zum Beispiel 12,50.']
])('in %s a fault (%s) reads as two sentences: %s', (language, error, sentence) => {
	expect(namedErrorOf(part(language, error), wordsIn(language), language)).toBe(sentence);
});

test.each(['en', 'de', 'ar'])(
	'below the field itself in %s its label is not repeated',
	(language) => {
		const field = part(language, 'too-small');
		const t = wordsIn(language);
		expect(errorOf(field, t, language)).not.toContain(field.label);
		expect(namedErrorOf(field, t, language)).toBe(
			`${field.label}${language === 'de' ? ':' : ''} ${errorOf(field, t, language)}`
		);
	}
);
