import type { FieldValue, Format, Texts } from './document.ts';
import { majorUnits } from './money.ts';

export interface FormatContext {
	/** BCP-47 tag of the reader. */
	language: string;
	/** ISO 4217; money is minor units of it. */
	currency: string;
	/** For `choice`: the labels to choose from. */
	options?: { value: string; label: Texts }[];
}

/**
 * The tag by which amounts, dates and times are written. English that names no region is read all
 * over the world, and `Intl` would write it as in the United States: with the month before the day.
 * A document whose readers expect that says `en-US`.
 */
export const writingTag = (language: string): string => (language === 'en' ? 'en-GB' : language);

/** Building an Intl formatter costs more than a page: they are kept, one a language and kind. */
const formatters = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

function kept<Formatter extends Intl.NumberFormat | Intl.DateTimeFormat>(
	key: string,
	make: () => Formatter
): Formatter {
	const known = formatters.get(key);
	if (known) return known as Formatter;
	const made = make();
	if (formatters.size >= 500) formatters.clear();
	formatters.set(key, made);
	return made;
}

const money = (minor: number, language: string, currency: string): string =>
	kept(
		`money ${language} ${currency}`,
		() => new Intl.NumberFormat(writingTag(language), { style: 'currency', currency })
	)
		// A decimal string is formatted exactly; a number would be rounded on the way.
		.format(majorUnits(minor, currency) as `${number}`);

const integer = (value: number, language: string): string =>
	kept(`integer ${language}`, () => new Intl.NumberFormat(writingTag(language))).format(value);

const date = (value: string, language: string): string =>
	kept(
		`date ${language}`,
		() => new Intl.DateTimeFormat(writingTag(language), { dateStyle: 'long', timeZone: 'UTC' })
	).format(Date.parse(`${value}T00:00:00Z`));

/** The text of a language, else of the first one given (the default language comes first). */
export const textIn = (texts: Texts, language: string): string =>
	(Object.hasOwn(texts, language) ? texts[language] : Object.values(texts)[0]) ?? '';

/**
 * A value as the reader writes it: money from minor units, dates in words, choices by their label.
 * A value that does not fit its format is shown as it is rather than hidden.
 */
export function formatValue(value: FieldValue, format: Format, context: FormatContext): string {
	const { language, currency } = context;
	if (format === 'money' && typeof value === 'number') return money(value, language, currency);
	if (format === 'integer' && typeof value === 'number') return integer(value, language);
	if (format === 'date' && typeof value === 'string' && !Number.isNaN(Date.parse(value)))
		return date(value, language);
	if (format === 'choice') {
		const option = context.options?.find((one) => one.value === value);
		if (option) return textIn(option.label, language);
	}
	return String(value);
}

/** Scripts that run from right to left, by the language tags that use them by default. */
const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur', 'ps', 'yi', 'dv', 'ckb', 'sd', 'ug']);

export const direction = (language: string): 'ltr' | 'rtl' =>
	RIGHT_TO_LEFT.has(language.split('-')[0]!.toLowerCase()) ? 'rtl' : 'ltr';
