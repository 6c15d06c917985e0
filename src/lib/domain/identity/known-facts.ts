import { withoutMarks } from '../workflow/text.ts';
import type { Fact, FieldValue } from '../workflow/document.ts';

/** Longest text that is normalised: no fact is longer, and no typed text needs to be. */
const MOST = 200;

/**
 * A fact as it is compared: people type `12.4.1980` for `1980-04-12` (day first, as in most of the
 * world; a date field sends ISO), `STRASSE` for `Straße`, `Mueller` for `Müller`, and an amount
 * with its decimals, in any separators. An empty result never matches.
 */
export function normaliseFact(type: Fact['type'], value: FieldValue): string {
	const text = typeof value === 'string' ? value.slice(0, MOST).normalize('NFKC') : String(value);
	const read = READERS[type];
	return read(ascii(plain(text)).trim());
}

/** What stands between the digits of a number, in any language. */
const SEPARATORS = /[\s.,'’\u066b\u066c]/g;

const READERS: Record<Fact['type'], (text: string) => string> = {
	text: letters,
	choice: letters,
	boolean: letters,
	integer: (text) => digits(text.replace(SEPARATORS, '')),
	money: (text) => digits(text.replace(SEPARATORS, '')),
	date
};

/** Without marks of direction, which are copied along, and with one dash for all. */
const plain = (text: string): string => withoutMarks(text).replace(/[\p{Pd}\u2212]/gu, '-');

/** Digits of any script to ASCII ones: a customer types with the keyboard they have. */
function ascii(text: string): string {
	return text.replace(/\p{Nd}/gu, (digit) => {
		// A script's ten digits stand in one row: its start is the zero.
		let zero = digit.codePointAt(0)!;
		for (let step = 0; step < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1)); step++) zero--;
		return String(digit.codePointAt(0)! - zero);
	});
}

/** Letters and digits only, lower case, without accents; German umlauts and ß as people spell them out. */
function letters(text: string): string {
	return text
		.toLowerCase()
		.replace(/[äöüß]/g, (letter) => ({ ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' })[letter]!)
		.normalize('NFKD')
		.replace(/[^\p{L}\p{N}]/gu, '');
}

/** Without leading zeros and sign; a text that is not digits only gives nothing. */
function digits(text: string): string {
	const found = /^[+-]?(\d+)$/.exec(text);
	return found ? `${text.startsWith('-') ? '-' : ''}${found[1]!.replace(/^0+(?=\d)/, '')}` : '';
}

/** `YYYY-MM-DD` from year first or day first; nothing when it is no day of the calendar. */
function date(text: string): string {
	const parts = /^(\d{1,4})[\s./-]+(\d{1,2})[\s./-]+(\d{1,4})\.?$/.exec(text)?.slice(1);
	const [year = '', month = '', day = ''] =
		parts ?? [/^(\d{4})(\d\d)(\d\d)$/.exec(text)].flatMap((found) => found?.slice(1) ?? []);
	const ordered = year.length === 4 ? [year, month, day] : [day, month, year];
	const iso = ordered.map((part, index) => part.padStart(index ? 2 : 4, '0')).join('-');
	if (ordered[0]!.length !== 4) return '';
	const time = new Date(`${iso}T00:00:00Z`);
	return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(iso) ? iso : '';
}

/** Normalised values by fact. */
export type NormalisedFacts = Record<string, string>;

/**
 * True when every expected fact was given. All are compared, as keyed hashes, whatever the first
 * one says: neither the answer nor its time tells which was wrong (case C10).
 */
export function matchFacts(
	expected: NormalisedFacts,
	given: NormalisedFacts,
	hash: (value: string) => string
): boolean {
	const names = Object.keys(expected);
	let wrong = names.length ? 0 : 1;
	for (const name of names) {
		const want = expected[name]!;
		const got = Object.hasOwn(given, name) ? given[name]! : '';
		const same = hash(`${name}\0${want}`) === hash(`${name}\0${got}`);
		wrong += Number(!same) + Number(!want);
	}
	return wrong === 0;
}
