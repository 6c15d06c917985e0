import { fail, ok, type Result } from '../result.ts';
import { asciiDigits, withoutMarks } from './text.ts';

/** Money never passes through a float: digits are moved as text, amounts are integer minor units. */

const decimalsOf = new Map<string, number>();

/** Decimals of an ISO 4217 currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export function decimals(currency: string): number {
	let known = decimalsOf.get(currency);
	if (known === undefined) {
		const format = new Intl.NumberFormat('en', { style: 'currency', currency });
		known = format.resolvedOptions().maximumFractionDigits ?? 2;
		decimalsOf.set(currency, known);
	}
	return known;
}

const signsOf = new Map<string, { decimal: string; group: string }>();

function signs(language: string): { decimal: string; group: string } {
	let known = signsOf.get(language);
	if (!known) {
		const parts = new Intl.NumberFormat(language, { useGrouping: 'always' }).formatToParts(12345.6);
		const sign = (type: string, otherwise: string) =>
			parts.find((part) => part.type === type)?.value ?? otherwise;
		known = { decimal: sign('decimal', '.'), group: sign('group', ',') };
		signsOf.set(language, known);
	}
	return known;
}

/** Minor units as a plain decimal: 1250 EUR is `12.50`, 1250 JPY is `1250`. */
export function majorUnits(minor: number, currency: string, decimal = '.'): string {
	const places = decimals(currency);
	const digits = String(Math.abs(minor)).padStart(places + 1, '0');
	const whole = digits.slice(0, digits.length - places);
	const part = places === 0 ? '' : decimal + digits.slice(-places);
	return (minor < 0 ? '-' : '') + whole + part;
}

/** Minor units as they stand in a form field: the language's decimal sign, no grouping, no currency. */
export const writeMoney = (minor: number, currency: string, language: string): string =>
	majorUnits(minor, currency, signs(language).decimal);

/** 15 digits fit a safe integer with room for a sum. */
const MAX_DIGITS = 15;

/** How an amount's currency is written beside it: `€`, `EUR`, `US$`. */
const writtenOf = new Map<string, string[]>();

function currencyWords(currency: string, language: string): string[] {
	const key = `${currency} ${language}`;
	let known = writtenOf.get(key);
	if (!known) {
		const words = (['symbol', 'narrowSymbol', 'code'] as const).flatMap((currencyDisplay) =>
			[language, 'en'].map((tag) => {
				const format = new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay });
				return format.formatToParts(1).find(({ type }) => type === 'currency')?.value ?? currency;
			})
		);
		known = words.map((word) => withoutMarks(word).trim().toUpperCase());
		writtenOf.set(key, known);
	}
	return known;
}

/** Without this currency's own sign, once, on either side; another currency's stays, and is refused. */
function withoutCurrency(text: string, currency: string, language: string): string {
	for (const word of currencyWords(currency, language)) {
		if (text.slice(-word.length).toUpperCase() === word) return text.slice(0, -word.length).trim();
		if (text.slice(0, word.length).toUpperCase() === word) return text.slice(word.length).trim();
	}
	return text;
}

/** Whole groups of three and nothing behind them: with a sign for thousands, or three decimals. */
const GROUPED = /^[1-9]\d{0,2}(?:([.,'’\u066b\u066c]|\s)\d{3})+$/;

/**
 * What a customer typed, in major units, as minor units; the currency's sign may stand beside it.
 * Either no decimals or exactly as many as the currency has (`1,5` is not read as 1.50: it could be
 * a slip), with the language's decimal sign. The other of `.` and `,` is understood too where it
 * cannot be a thousands sign, because a phone's keypad shows its own language's sign. Grouping only
 * where decimals make it clear.
 * Fails with `grouping` (`1.000` may mean two amounts), `fraction` (decimals of the wrong count) or
 * `format` (anything else, also a plus or minus).
 */
export function parseMoney(
	typed: string,
	currency: string,
	language: string
): Result<number, 'format' | 'fraction' | 'grouping'> {
	const places = decimals(currency);
	const { decimal, group } = signs(language);
	if (typed.length > 60) return fail('format');
	const plain = asciiDigits(withoutMarks(typed).trim());
	let text = withoutCurrency(plain, currency, language).replaceAll('\u066b', decimal);
	// Languages that group by a no-break space get it typed as a plain one.
	if (/\s/.test(group)) text = text.replace(/\s/g, group);
	if (places > 0 && text.includes(decimal) && text.indexOf(group) < text.indexOf(decimal)) {
		const head = text.slice(0, text.indexOf(decimal)).split(group);
		if (head.length > 1 && /^\d{1,3}$/.test(head[0]!) && head.slice(1).every(isTriple))
			text = head.join('') + text.slice(text.indexOf(decimal));
	}
	const match = /^(\d+)(?:([.,\u066b])(\d*))?$/.exec(text);
	const grouped = GROUPED.test(text);
	if (!match) return fail(grouped ? 'grouping' : 'format');
	const [, whole = '', sign, part = ''] = match;
	if (sign !== undefined && (places === 0 || part.length !== places))
		return fail(grouped ? 'grouping' : 'fraction');
	if (sign !== undefined && sign !== decimal && places === 3) return fail('grouping');
	const digits = (whole + part.padEnd(places, '0')).replace(/^0+(?=\d)/, '');
	return digits.length > MAX_DIGITS ? fail('format') : ok(Number(digits));
}

const isTriple = (text: string): boolean => /^\d{3}$/.test(text);
