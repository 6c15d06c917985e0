import type { FieldView } from '../../contracts/pages.ts';
import type { Words } from '../texts/words.ts';

/** The limits of a number, amount or date, in words; nothing for text and choices. */
export function rangeOf({ limits }: FieldView, t: Words): string | undefined {
	const { min, max } = limits ?? {};
	if (min && max) return t('fill.between', { min, max });
	if (min) return t('fill.from', { min });
	return max ? t('fill.up-to', { max }) : undefined;
}

/** The same for the list above the form: the field's label and the sentence, as they read together. */
export function namedErrorOf(field: FieldView, t: Words, language: string): string {
	const label = field.label.trim();
	return `${label}${/[?!.:…؟]$/u.test(label) ? '' : ':'} ${errorOf(field, t, language)}`;
}

/** An amount to follow, as the field takes it: no sign for thousands, and decimals where it has them. */
function exampleOf({ max = '0.00' }: FieldView, whole: number, language: string): string {
	const digits = /[.,\u066b]/.test(max) ? 2 : 0;
	const options = { useGrouping: false, minimumFractionDigits: digits };
	return new Intl.NumberFormat(language, options).format(digits ? whole + 0.5 : whole);
}

/** A field's error code in words. An unknown code says that something is missing. */
export function errorOf(field: FieldView, t: Words, language: string): string | undefined {
	if (!field.error) return undefined;
	const { min = '', max = '' } = field.limits ?? {};
	switch (field.error) {
		case 'too-small':
			return t(field.kind === 'date' ? 'field.too-early' : 'field.too-small', { min });
		case 'too-large':
			return t(field.kind === 'date' ? 'field.too-late' : 'field.too-large', { max });
		case 'not-money':
			return t('field.not-money', { example: exampleOf(field, 12, language) });
		case 'grouped-money':
			return t('field.grouped-money', { example: exampleOf(field, 1000, language) });
		case 'too-long':
			return t('field.too-long', { length: field.maxLength ?? 200 });
		case 'not-a-date':
		case 'not-a-number':
		case 'not-offered':
		case 'bad-characters':
			return t(`field.${field.error}`);
		case 'pattern':
			return field.patternHint;
		default:
			// What is missing is a choice, a date, or something to type.
			if (field.kind === 'choice') return t('field.not-offered');
			return t(field.kind === 'date' ? 'field.not-a-date' : 'field.required');
	}
}
